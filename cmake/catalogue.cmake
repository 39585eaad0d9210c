# add_catalogue(<target> TYPE <Type> HEADER <header> DIR <dir> [DASHES])
# Every <dir>/<name>.cpp defines `gradclinic::<Type> gradclinic::<family>::<name>()`, family being the folder's name.
# Generates `std::vector<Type> gradclinic::<family>::all()`, sorted by file name, and adds the names
# (with dashes for underscores on DASHES) to the vocabulary that specs are checked against.
function(add_catalogue target)
  cmake_parse_arguments(ARG "DASHES" "TYPE;HEADER;DIR" "" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${ARG_DIR}/*.cpp)
  get_filename_component(family ${ARG_DIR} NAME)
  set(declarations "")
  set(calls "")
  set(names "")
  foreach(source IN LISTS sources)
    get_filename_component(name ${source} NAME_WE)
    string(APPEND declarations "${ARG_TYPE} ${name}();\n")
    string(APPEND calls "      ${name}(),\n")
    if(ARG_DASHES)
      string(REPLACE "_" "-" name ${name})
    endif()
    string(APPEND names "\"${name}\", ")
  endforeach()
  set(generated ${CMAKE_BINARY_DIR}/generated/${family}.catalogue.cpp)
  file(CONFIGURE OUTPUT ${generated} @ONLY CONTENT
"// Generated from the files in @family@/. Do not edit.
#include \"@ARG_HEADER@\"

namespace gradclinic::@family@ {

@declarations@
std::vector<@ARG_TYPE@> all() {
  return {
@calls@  };
}

}  // namespace gradclinic::@family@
")
  target_sources(${target} PRIVATE ${generated})
  set_property(GLOBAL APPEND_STRING PROPERTY GRADCLINIC_VOCABULARY "    {\"${family}\", {${names}}},\n")
endfunction()

# Writes the vocabulary of every catalogue into <target>: call it after the last add_catalogue.
function(add_vocabulary target)
  get_property(families GLOBAL PROPERTY GRADCLINIC_VOCABULARY)
  set(generated ${CMAKE_BINARY_DIR}/generated/vocabulary.cpp)
  file(CONFIGURE OUTPUT ${generated} @ONLY CONTENT
"// Generated from the catalogues' folders. Do not edit.
#include \"gradclinic/spec/vocabulary.h\"

#include <map>

namespace gradclinic {

const std::vector<std::string>& names_in(const std::string& family) {
  static const std::map<std::string, std::vector<std::string>> families = {
@families@  };
  return families.at(family);
}

}  // namespace gradclinic
")
  target_sources(${target} PRIVATE ${generated})
endfunction()
