/*
 * The grooves of assets/grooves, embedded at build time so that every program has them.
 *
 * Constant data, readable from any thread. The pulse comes first, because it is
 * what a new session plays; the others follow by name.
 */
#ifndef SHARED_BUILTIN_GROOVES_H
#define SHARED_BUILTIN_GROOVES_H

typedef struct {
    const char *name; /* file name without extension: "son-clave" */
    const char *text; /* the whole file, terminated; groove_text_parse accepts it */
} BuiltinGroove;

extern const BuiltinGroove BUILTIN_GROOVES[];
extern const int BUILTIN_GROOVE_COUNT;

#endif
