#!/usr/bin/env python3
"""Event files by another implementation: python3-protobuf and event.proto, checksums by the definition of CRC-32C.

    event_tool.py print FILE...    one line a value: scalars as the hexadecimal bytes of a float
    event_tool.py write FILE       scalars in every form that programs write; see tests/logs/event_file_test.cpp
"""
import importlib
import pathlib
import struct
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent


def messages():
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["protoc", f"--python_out={folder}", f"-I{HERE}", "event.proto"], check=True)
        sys.path.insert(0, folder)
        return importlib.import_module("event_pb2")


def masked_crc(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    crc ^= 0xFFFFFFFF
    return struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)


def records(path):
    data = pathlib.Path(path).read_bytes()
    while data:
        size = struct.unpack("<Q", data[:8])[0]
        payload = data[12:12 + size]
        assert masked_crc(data[:8]) == data[8:12] and masked_crc(payload) == data[12 + size:16 + size]
        yield payload
        data = data[16 + size:]


def frame(payload):
    size = struct.pack("<Q", len(payload))
    return size + masked_crc(size) + payload + masked_crc(payload)


def show(pb, path):
    for payload in records(path):
        event = pb.Event.FromString(payload)
        if event.file_version:
            print("version", event.file_version, "writer", event.source_metadata.writer)
        for value in event.summary.value:
            start = f"{value.tag} {event.step} {event.wall_time:.3f}"
            if value.HasField("histo"):
                h = value.histo
                print(start, "histogram", h.min, h.max, f"{h.num:.6f}", list(h.bucket_limit), list(h.bucket))
            else:
                print(start, struct.pack("<f", value.simple_value).hex())


def write(pb, path):
    def tensor(tag, **fields):
        sizes = fields.pop("sizes", [])
        value = pb.Value(tag=tag, tensor=pb.Tensor(**fields))
        for size in sizes:
            value.tensor.tensor_shape.dim.add(size=size)
        return value

    values = [
        pb.Value(tag="simple", simple_value=0.5),
        pb.Value(tag="nan", simple_value=float("nan")),
        pb.Value(tag="inf", simple_value=float("-inf")),
        tensor("float_val", dtype=1, float_val=[1.5]),
        tensor("float_content", dtype=1, tensor_content=struct.pack("<f", 2.5)),
        tensor("double_val", dtype=2, double_val=[0.1]),
        tensor("double_content", dtype=2, tensor_content=struct.pack("<d", 0.2)),
        tensor("int_val", dtype=3, int_val=[-7]),
        tensor("int64_val", dtype=9, int64_val=[2**40]),
        tensor("int64_content", dtype=9, tensor_content=struct.pack("<q", -3)),
        tensor("half_val", dtype=19, half_val=[0x3C00]),
        tensor("half_content", dtype=19, tensor_content=struct.pack("<e", -0.25)),
        tensor("bfloat16_val", dtype=14, half_val=[0x4049]),
        tensor("one_by_one", dtype=1, float_val=[4.0], sizes=[1, 1]),
        tensor("two_numbers", dtype=1, float_val=[1.0, 2.0], sizes=[2]),
        tensor("text", dtype=7, string_val=[b"words"], sizes=[1]),
        pb.Value(tag="histogram", histo=pb.Histogram(min=0, max=1, num=1, bucket_limit=[1], bucket=[1])),
    ]
    out = frame(pb.Event(wall_time=1.0, file_version="brain.Event:2").SerializeToString())
    out += frame(pb.Event(wall_time=2.0, step=3, summary=pb.Summary(value=values)).SerializeToString())
    pathlib.Path(path).write_bytes(out)


if __name__ == "__main__":
    if sys.argv[1] == "print":
        for file in sys.argv[2:]:
            show(messages(), file)
    else:
        write(messages(), sys.argv[2])
