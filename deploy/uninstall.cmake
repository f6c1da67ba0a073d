# Removes the files of the installation that MANIFEST names: cmake -D MANIFEST=... -P uninstall.cmake.  Folders stay.

cmake_minimum_required(VERSION 3.25)
if(NOT EXISTS ${MANIFEST})
  message(FATAL_ERROR "Nothing was installed from this folder: ${MANIFEST} does not exist")
endif()
file(STRINGS ${MANIFEST} files)
foreach(file IN LISTS files)
  file(REMOVE $ENV{DESTDIR}${file})
  message(STATUS "Removed $ENV{DESTDIR}${file}")
endforeach()
