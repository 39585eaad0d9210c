# What every target of the project compiles with.
add_library(gradclinic_options INTERFACE)
target_include_directories(gradclinic_options INTERFACE ${CMAKE_CURRENT_SOURCE_DIR}/src)
target_compile_options(gradclinic_options INTERFACE -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion
  -Wno-missing-field-initializers  # designated initializers leave the rest at their defaults
  # No caller reads errno after sqrt, nor the floating-point exception flags: loops of both may then vectorize.
  -fno-math-errno -fno-trapping-math)
# Nobody replaces our functions at load time, so position-independent code may inline them as other code does.
target_compile_options(gradclinic_options INTERFACE -fno-semantic-interposition)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # GCC 12 warns of its own AVX-512 intrinsics and std::string's operator+ (GCC bugs 105593, 105651), depending on how
  # long a path is.
  target_compile_options(gradclinic_options INTERFACE
    -Wno-maybe-uninitialized -Wno-uninitialized -Wno-restrict -Wno-array-bounds -Wno-stringop-overflow
    -Wno-stringop-overread -Wno-mismatched-new-delete)
endif()
if(GRADCLINIC_WARNINGS_AS_ERRORS)
  target_compile_options(gradclinic_options INTERFACE -Werror)
endif()
if(GRADCLINIC_NATIVE)
  target_compile_options(gradclinic_options INTERFACE -march=native)
endif()
if(GRADCLINIC_SANITIZE)
  # Built in half the time that the rest would take: what finds errors need not be the fastest.
  target_compile_options(gradclinic_options INTERFACE -O1 -g1
    -fsanitize=${GRADCLINIC_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(gradclinic_options INTERFACE -fsanitize=${GRADCLINIC_SANITIZE})
endif()
if(GRADCLINIC_FUZZ)
  # NDEBUG: Debian's toml++ asserts on some malformed files that it otherwise reports.
  target_compile_options(gradclinic_options INTERFACE -DNDEBUG -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all)
  target_link_options(gradclinic_options INTERFACE -fsanitize=address,undefined)
endif()
find_program(CCACHE ccache)
if(CCACHE)
  # What ccache asks for where headers are precompiled.
  set(launcher ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
endif()
