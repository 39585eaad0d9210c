# The module `hooks`, where Python's PyTorch has headers (pip's has, Debian's with libtorch-dev).
if(GRADCLINIC_SANITIZE OR GRADCLINIC_FUZZ)
  return()  # PyTorch itself is built without
endif()
execute_process(
  COMMAND ${Python_EXECUTABLE} -c
    "import os, torch; print(os.path.dirname(torch.__file__), int(torch._C._GLIBCXX_USE_CXX11_ABI), sep=';')"
  OUTPUT_VARIABLE found OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
list(LENGTH found count)
if(NOT count EQUAL 2 OR NOT CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  message(STATUS "${Python_EXECUTABLE} has no PyTorch: the package's module hooks is left out")
  return()
endif()
list(GET found 0 torch)
list(GET found 1 strings)
foreach(library torch_python torch_cpu c10)
  find_library(hooks_${library} ${library} PATHS ${torch}/lib NO_DEFAULT_PATH NO_CACHE)
  list(APPEND libraries ${hooks_${library}})
endforeach()
if(NOT EXISTS ${torch}/include/torch/csrc/autograd/python_variable.h OR libraries MATCHES NOTFOUND)
  message(STATUS "PyTorch in ${torch} has no headers: the package's module hooks is left out")
  return()
endif()

file(GLOB sources CONFIGURE_DEPENDS hooks/*.cpp)
pybind11_add_module(gradclinic_hooks MODULE NO_EXTRAS ${sources})
target_include_directories(gradclinic_hooks SYSTEM PRIVATE ${torch}/include ${torch}/include/torch/csrc/api/include)
target_compile_definitions(gradclinic_hooks PRIVATE NDEBUG _GLIBCXX_USE_CXX11_ABI=${strings})
target_link_libraries(gradclinic_hooks PRIVATE ${libraries})
set_target_properties(gradclinic_hooks PROPERTIES OUTPUT_NAME hooks LIBRARY_OUTPUT_DIRECTORY ${package})
add_dependencies(gradclinic_package gradclinic_hooks)
install(TARGETS gradclinic_hooks DESTINATION python/gradclinic)
