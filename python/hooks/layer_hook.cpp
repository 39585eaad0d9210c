#include "layer_hook.h"

#include <torch/csrc/autograd/python_variable.h>

namespace py = pybind11;

namespace gradclinic::python {
namespace {

struct LayerHook {
  PyObject_HEAD std::shared_ptr<Eye> eye;
  PyObject* slow;
  int module;
  bool channels_first;
  bool norm_follows;
  int reads;
  bool reads_channels_first;
};

PyObject* type = nullptr;

LayerHook& hook_of(PyObject* self) { return *reinterpret_cast<LayerHook*>(self); }

/// Nothing where it is no tensor of floating point.
const at::Tensor* tensor_of(PyObject* value) {
  if (!THPVariable_Check(value)) return nullptr;
  const at::Tensor& tensor = THPVariable_Unpack(value);
  return tensor.is_floating_point() ? &tensor : nullptr;
}

/// hook(module, inputs, output)
PyObject* call(PyObject* self, PyObject* given, PyObject* named) {
  LayerHook& hook = hook_of(self);
  PyObject* const inputs = PyTuple_GET_SIZE(given) == 3 ? PyTuple_GET_ITEM(given, 1) : nullptr;
  if (!inputs || !PyTuple_Check(inputs)) return PyObject_Call(hook.slow, given, named);
  const bool reads = hook.reads >= 0 && PyTuple_GET_SIZE(inputs) > 0;
  const at::Tensor* const input = reads ? tensor_of(PyTuple_GET_ITEM(inputs, 0)) : nullptr;
  const at::Tensor* const output = tensor_of(PyTuple_GET_ITEM(given, 2));
  if (!output || (reads && !input)) return PyObject_Call(hook.slow, given, named);
  try {
    if (hook.eye->begins(hook.module)) {
      if (input) hook.eye->see_activation(hook.reads, *input, hook.reads_channels_first);
      hook.eye->saw_output(hook.module, *output, hook.channels_first, hook.norm_follows);
    }
  } catch (...) {
    hook.eye->give_up("saw_layer");
  }
  Py_RETURN_NONE;
}

PyObject* reduce(PyObject* self, PyObject*) { return PyObject_CallMethod(hook_of(self).slow, "__reduce__", nullptr); }

int traverse(PyObject* self, visitproc visit, void* arg) {
  Py_VISIT(Py_TYPE(self));
  Py_VISIT(hook_of(self).slow);
  return 0;
}

int clear(PyObject* self) {
  Py_CLEAR(hook_of(self).slow);
  return 0;
}

void destroy(PyObject* self) {
  PyObject_GC_UnTrack(self);
  clear(self);
  hook_of(self).eye.~shared_ptr();
  PyTypeObject* const own = Py_TYPE(self);
  own->tp_free(self);
  Py_DECREF(own);
}

}  // namespace

void make_layer_hook_type() {
  static PyMethodDef methods[] = {{"__reduce__", reduce, METH_NOARGS, nullptr}, {nullptr, nullptr, 0, nullptr}};
  static PyType_Slot slots[] = {{Py_tp_call, reinterpret_cast<void*>(&call)},
                                {Py_tp_traverse, reinterpret_cast<void*>(&traverse)},
                                {Py_tp_clear, reinterpret_cast<void*>(&clear)},
                                {Py_tp_dealloc, reinterpret_cast<void*>(&destroy)},
                                {Py_tp_methods, methods},
                                {0, nullptr}};
  static PyType_Spec spec = {"gradclinic.hooks.LayerHook", sizeof(LayerHook), 0,
                             Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, slots};
  type = PyType_FromSpec(&spec);
  if (!type) throw py::error_already_set();
}

py::object make_layer_hook(std::shared_ptr<Eye> eye, py::object slow, int module, bool channels_first,
                           bool norm_follows, int reads, bool reads_channels_first) {
  auto* const own = reinterpret_cast<PyTypeObject*>(type);
  PyObject* const self = own->tp_alloc(own, 0);
  if (!self) throw py::error_already_set();
  LayerHook& hook = hook_of(self);
  new (&hook.eye) std::shared_ptr<Eye>(std::move(eye));
  hook.slow = slow.release().ptr();
  hook.module = module;
  hook.channels_first = channels_first;
  hook.norm_follows = norm_follows;
  hook.reads = reads;
  hook.reads_channels_first = reads_channels_first;
  return py::reinterpret_steal<py::object>(self);
}

}  // namespace gradclinic::python
