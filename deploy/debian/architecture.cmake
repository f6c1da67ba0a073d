# CPACK_DEBIAN_PACKAGE_ARCHITECTURE: Debian's word for what the compiler makes, where CPack takes that of this machine.
#
# Also a script that says it: cmake -D CMAKE_LIBRARY_ARCHITECTURE=aarch64-linux-gnu -P architecture.cmake

find_program(DPKG_ARCHITECTURE_PROGRAM dpkg-architecture REQUIRED)
if(CMAKE_LIBRARY_ARCHITECTURE)
  execute_process(COMMAND ${DPKG_ARCHITECTURE_PROGRAM} -t ${CMAKE_LIBRARY_ARCHITECTURE} -q DEB_HOST_ARCH
                  OUTPUT_VARIABLE CPACK_DEBIAN_PACKAGE_ARCHITECTURE OUTPUT_STRIP_TRAILING_WHITESPACE
                  ERROR_QUIET COMMAND_ERROR_IS_FATAL ANY)
endif()
if(CMAKE_SCRIPT_MODE_FILE)
  message(NOTICE "${CPACK_DEBIAN_PACKAGE_ARCHITECTURE}")
endif()
