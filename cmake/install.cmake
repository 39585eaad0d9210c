# `cmake --install BUILD --component cpp --prefix DIR`: headers, libraries and a package for find_package(gradclinic).
include(GNUInstallDirs)
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/gradclinic)
set(libraries ${FLOW})
list(TRANSFORM libraries PREPEND gradclinic_)
list(REVERSE libraries)  # who needs something stands before it
list(PREPEND libraries gradclinic_report gradclinic_page)
list(REMOVE_DUPLICATES libraries)

install(DIRECTORY src/gradclinic DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT cpp FILES_MATCHING PATTERN "*.h")
install(TARGETS ${libraries} ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT cpp)
install(TARGETS gradclinic RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT cpp OPTIONAL)
if(TARGET gradclinic_torch)
  install(FILES adapters/torch/monitor.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/gradclinic/torch COMPONENT cpp)
  install(TARGETS gradclinic_torch ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT cpp)
  install(TARGETS gradclinic-torch RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT cpp OPTIONAL)
endif()

include(CMakePackageConfigHelpers)
set(GRADCLINIC_LIBRARIES ${libraries})
set(GRADCLINIC_HIGHWAY ${HIGHWAY_LINK_LIBRARIES})
configure_package_config_file(cmake/gradclinicConfig.cmake.in ${CMAKE_BINARY_DIR}/gradclinicConfig.cmake
  INSTALL_DESTINATION ${package})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/gradclinicConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/gradclinicConfig.cmake ${CMAKE_BINARY_DIR}/gradclinicConfigVersion.cmake
  DESTINATION ${package} COMPONENT cpp)
