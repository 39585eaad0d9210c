#include "tensor_calls.h"

#include <pybind11/stl.h>

#include <cmath>
#include <functional>
#include <numeric>
#include <optional>
#include <vector>

#include "calls.h"
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
  std::vector<std::int64_t> sizes;

  Index size() const { return std::accumulate(sizes.begin(), sizes.end(), Index{1}, std::multiplies()); }
  View<const float> flat() const { return {data, 1, size()}; }
};

/// Nothing where the memory cannot be read as it is.
std::optional<Floats> floats_of(PyObject* tensor) {
  const Names& name = names();
  PyObject* const dtype = PyObject_GetAttr(tensor, name.dtype);
  Py_XDECREF(dtype);  // torch keeps them
  Floats floats;
  if (dtype == name.float32 && is_true(PyObject_GetAttr(tensor, name.is_cpu)) &&
      is_true(PyObject_CallMethodNoArgs(tensor, name.is_contiguous))) {
    const auto shape = py::reinterpret_steal<py::object>(PyObject_GetAttr(tensor, name.shape));
    const auto address = py::reinterpret_steal<py::object>(PyObject_CallMethodNoArgs(tensor, name.data_ptr));
    if (shape && PyTuple_Check(shape.ptr()) && address) {
      floats.data = static_cast<const float*>(PyLong_AsVoidPtr(address.ptr()));
      for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(shape.ptr()); ++i)
        floats.sizes.push_back(PyLong_AsLongLong(PyTuple_GET_ITEM(shape.ptr(), i)));
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

/// Nothing where one of them cannot be read as it is.
std::optional<std::vector<Floats>> all_floats_of(PyObject* tensors) {
  std::vector<Floats> all;
  for (Py_ssize_t i = 0; i < PyList_Size(tensors); ++i) {
    auto floats = floats_of(PyList_GetItem(tensors, i));
    if (!floats) return std::nullopt;
    all.push_back(std::move(*floats));
  }
  if (PyErr_Occurred()) throw py::error_already_set();
  return all;
}

UnitTensor unit_tensor(const float* data, const std::int64_t* sizes, int axes, bool channels_first) {
  const auto product = [&](int from, int to) {
    return std::accumulate(sizes + from, sizes + to, Index{1}, std::multiplies());
  };
  if (channels_first && axes > 2) return {data, sizes[0], sizes[1], product(2, axes)};
  if (axes > 0) return {data, product(0, axes - 1), sizes[axes - 1], 1};
  return {data, 1, 1, 1};
}

/// see(run, quantity, module, tensor, channels_first): channels are the units of images, the last axis those of others.
PyObject* see(PyObject*, Arguments given, Py_ssize_t count) {
  return called(count, 5, [&] {
    const auto floats = floats_of(given[3]);
    if (!floats) return false;
    watch_of(given[0]).see(
        static_cast<Quantity>(number(given[1])), number(given[2]),
        unit_tensor(floats->data, floats->sizes.data(), static_cast<int>(floats->sizes.size()), given[4] == Py_True));
    return true;
  });
}

/// keep(run, modules, weights): before the update.
PyObject* keep(PyObject*, Arguments given, Py_ssize_t count) {
  return called(count, 3, [&] {
    const auto weights = all_floats_of(given[2]);
    if (!weights) return false;
    OutsideWatch& watch = watch_of(given[0]);
    for (std::size_t i = 0; i < weights->size(); ++i)
      watch.keep(number(PyList_GetItem(given[1], static_cast<Py_ssize_t>(i))), (*weights)[i].flat());
    return true;
  });
}

/// see_weights(run, modules, weights): after the update, which is what they differ by from those kept.
PyObject* see_weights(PyObject*, Arguments given, Py_ssize_t count) {
  return called(count, 3, [&] {
    const auto weights = all_floats_of(given[2]);
    if (!weights) return false;
    OutsideWatch& watch = watch_of(given[0]);
    for (std::size_t i = 0; i < weights->size(); ++i)
      watch.see_weights(number(PyList_GetItem(given[1], static_cast<Py_ssize_t>(i))), (*weights)[i].flat());
    return true;
  });
}

OutsideWatch& watch_at(void* run) { return static_cast<OutsideRun*>(run)->watch(); }

double see_gradient(void* run, const int* modules, int count, const float* data, std::int64_t size) {
  return watch_at(run)
      .see_shared(Quantity::weight_grad, {modules, static_cast<std::size_t>(count)}, {data, 1, size})
      .l2;
}

/// norm_of(run, modules, gradients): the L2 norm over all of them; None where one cannot be read as it is. `modules`: a
/// tuple for each, of the modules whose weights' gradient it is to be seen as.
PyObject* norm_of(PyObject*, Arguments given, Py_ssize_t count) {
  if (count != 3) return PyErr_Format(PyExc_TypeError, "expected 3 arguments, got %zd", count);
  try {
    const auto gradients = all_floats_of(given[2]);
    if (!gradients) Py_RETURN_NONE;
    const auto modules = py::cast<std::vector<std::vector<int>>>(py::handle(given[1]));
    double squares = 0;
    for (std::size_t i = 0; i < gradients->size(); ++i) {
      const Floats& gradient = (*gradients)[i];
      const double norm = see_gradient(PyLong_AsVoidPtr(given[0]), modules.at(i).data(),
                                       static_cast<int>(modules[i].size()), gradient.data, gradient.size());
      squares += norm * norm;
    }
    return PyFloat_FromDouble(std::sqrt(squares));
  } catch (const std::exception& error) {
    return PyErr_Format(PyExc_RuntimeError, "%s", error.what());
  }
}

bool see_for_hooks(void* run, int quantity, int module, const float* data, const std::int64_t* sizes, int axes,
                   bool channels_first) {
  try {
    watch_at(run).see(static_cast<Quantity>(quantity), module, unit_tensor(data, sizes, axes, channels_first));
    return true;
  } catch (const std::exception& error) {
    PyErr_SetString(PyExc_RuntimeError, error.what());
    return false;
  }
}

void keep_for_hooks(void* run, int module, const float* data, std::int64_t size) {
  watch_at(run).keep(module, {data, 1, size});
}

void see_weights_for_hooks(void* run, int module, const float* data, std::int64_t size) {
  watch_at(run).see_weights(module, {data, 1, size});
}

CoreCalls kCallsForHooks{&see_for_hooks, &see_gradient, &keep_for_hooks, &see_weights_for_hooks};

template <class Function>
PyCFunction fast(Function function) {
  return reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(function));
}

PyMethodDef kCalls[] = {{"see", fast(see), METH_FASTCALL, "see(run, quantity, module, tensor, channels_first)"},
                        {"keep", fast(keep), METH_FASTCALL, "keep(run, modules, weights)"},
                        {"see_weights", fast(see_weights), METH_FASTCALL, "see_weights(run, modules, weights)"},
                        {"norm_of", fast(norm_of), METH_FASTCALL, "norm_of(run, modules, gradients)"},
                        {nullptr, nullptr, 0, nullptr}};

}  // namespace

void add_tensor_calls(py::module_& module) {
  if (PyModule_AddFunctions(module.ptr(), kCalls) != 0) throw py::error_already_set();
  module.attr("CALLS") = py::capsule(&kCallsForHooks, kCallsName);
}

}  // namespace gradclinic::python
