"""PyTorch's side: what bench_worker measures, by the same commands on standard input, one line of JSON each."""
import json
import sys
import time

import torch

from notebook import notebook


def optimizer_steps(model, optimizer, data, warm, steps, clock):
    """Losses are read at the end only, as a training that nobody watches would."""
    inputs, targets = data
    criterion = torch.nn.MSELoss()
    for step in range(warm + steps):
        if step == warm:
            wall, cpu = time.perf_counter(), clock()
        optimizer.zero_grad()
        loss = criterion(model(inputs), targets)
        loss.backward()
        optimizer.step()
    wall, cpu = time.perf_counter() - wall, clock() - cpu
    return {"wall": 1e6 * wall / steps, "cpu": 1e6 * cpu / steps, "loss": loss.item()}


def step(depth, width, batch, warm, steps):
    torch.set_num_threads(1)
    torch.manual_seed(42)
    data = torch.randn(batch, 10), torch.randn(batch, 1)
    layers = [torch.nn.Linear(10, width), torch.nn.ReLU()]
    for _ in range(depth - 2):
        layers += [torch.nn.Linear(width, width), torch.nn.ReLU()]
    model = torch.nn.Sequential(*layers, torch.nn.Linear(width, 1))
    return optimizer_steps(model, torch.optim.SGD(model.parameters(), lr=0.01), data, warm, steps, time.thread_time)


def matrix_exponential(threads, warm, epochs):
    torch.set_num_threads(threads)
    torch.manual_seed(42)
    inputs = torch.randn(10_000, 4)
    targets = torch.matrix_exp(inputs.double().reshape(-1, 2, 2)).reshape(-1, 4).float()
    model = torch.nn.Sequential(torch.nn.Linear(4, 32), torch.nn.Tanh(), torch.nn.Linear(32, 16), torch.nn.Tanh(),
                                torch.nn.Linear(16, 4))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    return optimizer_steps(model, optimizer, (inputs, targets), warm, epochs, time.process_time)


def run_notebook(threads):
    torch.set_num_threads(threads)
    wall, cpu = time.perf_counter(), time.process_time()
    lines = notebook()
    return {"wall": 1e6 * (time.perf_counter() - wall), "cpu": 1e6 * (time.process_time() - cpu), "lines": lines}


COMMANDS = {"step": step, "matrix_exponential": matrix_exponential, "notebook": run_notebook,
            "facts": lambda: {"torch": torch.__version__}}

for line in sys.stdin:
    name, *numbers = line.split()
    print(json.dumps(COMMANDS[name](*map(int, numbers))), flush=True)
