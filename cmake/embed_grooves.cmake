# Writes the groove files as C string literals: cmake -DOUTPUT=... -DGROOVES=a|b|... -P this file.
#
# The pulse comes first, because the first groove is what a new session plays; the rest is
# alphabetical.

cmake_minimum_required(VERSION 3.25)
string(REPLACE "|" ";" paths "${GROOVES}")
set(names "")
foreach(path IN LISTS paths)
  get_filename_component(name "${path}" NAME_WE)
  list(APPEND names "${name}")
  set(path_of_${name} "${path}")
endforeach()
list(SORT names)
if("pulse" IN_LIST names)
  list(REMOVE_ITEM names pulse)
  list(PREPEND names pulse)
endif()

set(rows "")
foreach(name IN LISTS names)
  file(READ "${path_of_${name}}" text)
  string(REPLACE "\\" "\\\\" text "${text}")
  string(REPLACE "\"" "\\\"" text "${text}")
  string(REPLACE "?" "\\?" text "${text}")
  string(REPLACE "\t" "\\t" text "${text}")
  string(REPLACE "\r" "\\r" text "${text}")
  string(REPLACE "\n" "\\n\"\n     \"" text "${text}")
  string(APPEND rows "    {\"${name}\",\n     \"${text}\"},\n")
endforeach()
list(LENGTH names count)

file(WRITE "${OUTPUT}" "/* Generated from assets/grooves by cmake/embed_grooves.cmake. */
#include \"shared/builtin_grooves.h\"

const BuiltinGroove BUILTIN_GROOVES[] = {
${rows}};
const int BUILTIN_GROOVE_COUNT = ${count};
")
