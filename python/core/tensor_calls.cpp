#include "tensor_calls.h"

#include <cmath>
#include <optional>

#include "gradclinic/report/outside_run.h"

namespace py = pybind11;

namespace gradclinic::python {
namespace {

using Arguments = PyObject* const*;

/// Names of a tensor's attributes, and what float's dtype is, looked up once.
struct Names {
  PyObject* dtype = PyUnicode_InternFromString("dtype");
  PyObject* is_cpu = PyUnicode_InternFromString("is_cpu");
  PyObject* is_contiguous = PyUnicode_InternFromString("is_contiguous");
  PyObject* shape = PyUnicode_InternFromString("shape");
  PyObject* data_ptr = PyUnicode_InternFromString("data_ptr");
  PyObject* float32 = py::object(py::module_::import("torch").attr("float32")).release().ptr();
};

const Names& names() {
  static const Names kept;
  return kept;
}

/// An attribute that must be True.
bool is_true(PyObject* result) {
  const bool yes = result == Py_True;
  Py_XDECREF(result);
  return yes;
}

struct Floats {
  const float* data = nullptr;
  py::object shape;

  Index axis(Py_ssize_t i) const { return PyLong_AsSsize_t(PyTuple_GET_ITEM(shape.ptr(), i)); }
  Py_ssize_t axes() const { return PyTuple_GET_SIZE(shape.ptr()); }
  Index product(Py_ssize_t from, Py_ssize_t to) const {
    Index size = 1;
    for (Py_ssize_t i = from; i < to; ++i) size *= axis(i);
    return size;
  }
  Index size() const { return product(0, axes()); }
};

/// Nothing where the memory cannot be read as it is.
std::optional<Floats> floats_of(PyObject* tensor) {
  const Names& name = names();
  PyObject* const dtype = PyObject_GetAttr(tensor, name.dtype);
  Py_XDECREF(dtype);  // torch keeps them
  Floats floats;
  if (dtype == name.float32 && is_true(PyObject_GetAttr(tensor, name.is_cpu)) &&
      is_true(PyObject_CallMethodNoArgs(tensor, name.is_contiguous))) {
    floats.shape = py::reinterpret_steal<py::object>(PyObject_GetAttr(tensor, name.shape));
    const auto address = py::reinterpret_steal<py::object>(PyObject_CallMethodNoArgs(tensor, name.data_ptr));
    if (floats.shape && PyTuple_Check(floats.shape.ptr()) && address) {
      floats.data = static_cast<const float*>(PyLong_AsVoidPtr(address.ptr()));
      if (!PyErr_Occurred()) return floats;
    }
  }
  PyErr_Clear();
  return std::nullopt;
}

OutsideWatch& watch_of(PyObject* address) { return static_cast<OutsideRun*>(PyLong_AsVoidPtr(address))->watch(); }

int number(PyObject* value) { return static_cast<int>(PyLong_AsLong(value)); }

/// Runs a call of so many arguments; what it throws becomes a Python exception.
template <class Call>
PyObject* called(Py_ssize_t count, Py_ssize_t wanted, Call call) {
  if (count != wanted) return PyErr_Format(PyExc_TypeError, "expected %zd arguments, got %zd", wanted, count);
  try {
    return PyBool_FromLong(call() ? 1 : 0);
  } catch (const std::exception& error) {
    return PyErr_Format(PyExc_RuntimeError, "%s", error.what());
  }
}

/// see(run, quantity, module, tensor, channels_first): channels are the units of images, the last axis those of others.
PyObject* see(PyObject*, Arguments given, Py_ssize_t count) {
  return called(count, 5, [&] {
    const auto floats = floats_of(given[3]);
    if (!floats) return false;
    const Py_ssize_t axes = floats->axes();
    UnitTensor tensor{floats->data, 1, 1, 1};
    if (given[4] == Py_True && axes > 2)
      tensor = {floats->data, floats->axis(0), floats->axis(1), floats->product(2, axes)};
    else if (axes > 0)
      tensor = {floats->data, floats->product(0, axes - 1), floats->axis(axes - 1), 1};
    watch_of(given[0]).see(static_cast<Quantity>(number(given[1])), number(given[2]), tensor);
    return true;
  });
}

/// see_flat(run, quantity, module, tensor): of parameters, which have no units to judge.
PyObject* see_flat(PyObject*, Arguments given, Py_ssize_t count) {
  return called(count, 4, [&] {
    const auto floats = floats_of(given[3]);
    if (!floats) return false;
    watch_of(given[0]).see(static_cast<Quantity>(number(given[1])), number(given[2]),
                           {floats->data, 1, floats->size(), 1});
    return true;
  });
}

/// keep(run, module, weights): before the update.
PyObject* keep(PyObject*, Arguments given, Py_ssize_t count) {
  return called(count, 3, [&] {
    const auto floats = floats_of(given[2]);
    if (floats) watch_of(given[0]).keep(number(given[1]), {floats->data, 1, floats->size()});
    return floats.has_value();
  });
}

/// see_update(run, module, weights): after the update; against what was kept.
PyObject* see_update(PyObject*, Arguments given, Py_ssize_t count) {
  return called(count, 3, [&] {
    const auto floats = floats_of(given[2]);
    if (floats) watch_of(given[0]).see_update(number(given[1]), {floats->data, 1, floats->size()});
    return floats.has_value();
  });
}

/// norm_of(tensors): the L2 norm over a list of tensors; None where one of them cannot be read as it is.
PyObject* norm_of(PyObject*, PyObject* tensors) {
  double squares = 0;
  for (Py_ssize_t i = 0; i < PyList_Size(tensors); ++i) {
    const auto floats = floats_of(PyList_GetItem(tensors, i));
    if (!floats) Py_RETURN_NONE;
    const double norm = measure(View<const float>{floats->data, 1, floats->size()}).l2;
    squares += norm * norm;
  }
  return PyErr_Occurred() ? nullptr : PyFloat_FromDouble(std::sqrt(squares));
}

template <class Function>
PyCFunction fast(Function function) {
  return reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(function));
}

PyMethodDef kCalls[] = {{"see", fast(see), METH_FASTCALL, "see(run, quantity, module, tensor, channels_first)"},
                        {"see_flat", fast(see_flat), METH_FASTCALL, "see_flat(run, quantity, module, tensor)"},
                        {"keep", fast(keep), METH_FASTCALL, "keep(run, module, weights)"},
                        {"see_update", fast(see_update), METH_FASTCALL, "see_update(run, module, weights)"},
                        {"norm_of", norm_of, METH_O, "norm_of(tensors)"},
                        {nullptr, nullptr, 0, nullptr}};

}  // namespace

void add_tensor_calls(py::module_& module) {
  if (PyModule_AddFunctions(module.ptr(), kCalls) != 0) throw py::error_already_set();
}

}  // namespace gradclinic::python
