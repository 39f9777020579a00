// Preloaded into the daemon: its worker is started under callgrind, everything else as it is. (The daemon itself cannot
// run under valgrind 3.19, which does not know pidfd_open.)
//
// UNDER_CALLGRIND_BINARY is what to run, without debugging information, which valgrind 3.19 does not read;
// UNDER_CALLGRIND_OUTPUT is where callgrind writes.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef int spawn_function(pid_t *, const char *, const posix_spawn_file_actions_t *, const posix_spawnattr_t *,
                           char *const[], char *const[]);

int posix_spawnp(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
                 const posix_spawnattr_t *attributes, char *const arguments[], char *const environment[]) {
    spawn_function *spawn = (spawn_function *)dlsym(RTLD_NEXT, "posix_spawnp");
    int count = 0, is_worker = 0;
    for (; arguments[count]; count++) is_worker |= !strcmp(arguments[count], "worker");
    if (!is_worker) return spawn(pid, path, actions, attributes, arguments, environment);
    char output[4096];
    snprintf(output, sizeof output, "--callgrind-out-file=%s", getenv("UNDER_CALLGRIND_OUTPUT"));
    char *before[] = {"valgrind", "--tool=callgrind", "--instr-atstart=no", output, getenv("UNDER_CALLGRIND_BINARY")};
    int added = sizeof before / sizeof *before;
    char **wrapped = calloc(added + count + 1, sizeof *wrapped);
    memcpy(wrapped, before, sizeof before);
    for (int i = 1; i < count; i++) wrapped[added + i - 1] = arguments[i];
    int error = spawn(pid, "valgrind", actions, attributes, wrapped, environment);
    free(wrapped);
    return error;
}
