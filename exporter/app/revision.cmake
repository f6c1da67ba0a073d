# Writes FILE, the source that defines SourceRevision (version.h): the revision of the sources in SOURCE: what the packager says (REVISION), else
# what git says if SOURCE is the top of its work tree, else what `git archive` noted in revision.txt.
#
# cmake -D REVISION=... -D SOURCE=... -D FILE=... -P revision.cmake.  The file is left alone where nothing changed.

cmake_minimum_required(VERSION 3.25)
if(NOT REVISION)
  # A repository around us has a revision of its own, which is not ours.
  find_program(GIT_PROGRAM git)
  if(GIT_PROGRAM)
    execute_process(COMMAND ${GIT_PROGRAM} -C ${SOURCE} rev-parse --show-toplevel
                    OUTPUT_VARIABLE top OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    file(REAL_PATH ${SOURCE} source)
    if(top STREQUAL source)
      execute_process(COMMAND ${GIT_PROGRAM} -C ${SOURCE} rev-parse --short=12 HEAD
                      OUTPUT_VARIABLE REVISION OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    endif()
  endif()
endif()
if(NOT REVISION)
  file(STRINGS ${CMAKE_CURRENT_LIST_DIR}/revision.txt archived LIMIT_COUNT 1)
  string(SUBSTRING "${archived}" 0 12 archived)
  if(archived MATCHES "^[0-9a-f]+$")
    set(REVISION ${archived})
  else()
    set(REVISION unknown)
  endif()
endif()
file(CONFIGURE OUTPUT ${FILE} @ONLY CONTENT [=[
#include "exporter/app/version.h"

namespace cckm {

const char* SourceRevision() { return "@REVISION@"; }

}  // namespace cckm
]=])
