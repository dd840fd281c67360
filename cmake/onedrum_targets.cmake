# How every target of this project is compiled, and the few functions that declare them.

# More than 150 programs are linked in a build: lld takes a fraction of the default linker's time.
include(CheckLinkerFlag)
check_linker_flag(C -fuse-ld=lld ONEDRUM_HAS_LLD)
if(ONEDRUM_HAS_LLD)
  add_link_options(-fuse-ld=lld)
endif()

# The warnings of the house. An INTERFACE target, so that foreign code is never held to them.
add_library(onedrum_warnings INTERFACE)
target_compile_options(onedrum_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wstrict-prototypes
  -Wmissing-prototypes -Wold-style-definition -Wformat=2 -Wundef -Wvla -Wcast-align -Wcast-qual
  -Wwrite-strings -Wdouble-promotion -Wswitch-enum -Wimplicit-fallthrough -Wnull-dereference)
if(ONEDRUM_WERROR)
  target_compile_options(onedrum_warnings INTERFACE -Werror)
endif()

# Everything includes from the repository root. Contraction of a * b + c would make two compilers
# disagree in the last digit, and a judgement must not depend on the compiler.
add_library(onedrum_language INTERFACE)
target_include_directories(onedrum_language INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(onedrum_language INTERFACE -ffp-contract=off)

add_library(onedrum_pure INTERFACE)
target_link_libraries(onedrum_pure INTERFACE onedrum_warnings onedrum_language m)
target_compile_options(onedrum_pure INTERFACE
  $<$<CONFIG:Release>:-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-protector-strong>)
if(ONEDRUM_SANITIZE)
  set(sanitize -fsanitize=${ONEDRUM_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_compile_options(onedrum_pure INTERFACE ${sanitize})
  target_link_options(onedrum_pure INTERFACE ${sanitize})
endif()
if(ONEDRUM_FUZZ)
  # Without coverage in the core itself libFuzzer finds "no interesting inputs". Not with the rest
  # of fuzzer-no-link: tracing every comparison takes twice the time of all else, and the words that
  # it would find are in the corpora.
  target_compile_options(onedrum_pure INTERFACE
    -fsanitize-coverage=inline-8bit-counters,pc-table)
endif()

# Shells may talk to the operating system; the core gets no such definitions.
add_library(onedrum_shell INTERFACE)
target_link_libraries(onedrum_shell INTERFACE onedrum_pure)
target_compile_definitions(onedrum_shell INTERFACE
  _DEFAULT_SOURCE _POSIX_C_SOURCE=200809L ONEDRUM_VERSION="${PROJECT_VERSION}")

# The targets among `names` that exist by now, and every name that is not ours.
function(onedrum_existing result)
  set(existing "")
  foreach(name IN LISTS ARGN)
    if(TARGET ${name} OR NOT name MATCHES "^onedrum_")
      list(APPEND existing ${name})
    endif()
  endforeach()
  set(${result} ${existing} PARENT_SCOPE)
endfunction()

# onedrum_library(NAME onedrum_pure|onedrum_shell SOURCES files... LINK targets...)
function(onedrum_library name kind)
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "" "SOURCES;LINK")
  if(NOT arg_SOURCES)
    return()
  endif()
  onedrum_existing(link ${arg_LINK})
  add_library(${name} STATIC ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${kind} PUBLIC onedrum_language ${link})
  if(kind STREQUAL "onedrum_pure")
    set_property(GLOBAL APPEND PROPERTY ONEDRUM_PURE_SOURCES ${arg_SOURCES})
  endif()
endfunction()

# onedrum_program(NAME SHELL_LIBRARY SOURCES files... LINK targets...)
# All but main.c goes into a static library, so that unit tests can link it.
function(onedrum_program name shell)
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "" "SOURCES;LINK")
  set(main_source ${arg_SOURCES})
  list(FILTER main_source INCLUDE REGEX "/main\\.c$")
  list(FILTER arg_SOURCES EXCLUDE REGEX "/main\\.c$")
  onedrum_library(${shell} onedrum_shell SOURCES ${arg_SOURCES} LINK ${arg_LINK})
  if(NOT main_source)
    return()
  endif()
  onedrum_existing(link ${shell} ${arg_LINK})
  add_executable(${name} ${main_source})
  target_link_libraries(${name} PRIVATE onedrum_shell ${link})
  install(TARGETS ${name} DESTINATION ${CMAKE_INSTALL_BINDIR})
endfunction()
