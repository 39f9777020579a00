// What Swift cannot call or see by itself: variadic calls, macros, and what glibc shows only to _GNU_SOURCE.
// Every function returns -1 and sets errno on failure, as the call it wraps does.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// epoll(7). `tag` is handed back as it was given.
#define GH_EPOLLIN 0x001u
#define GH_EPOLLOUT 0x004u
#define GH_EPOLLERR 0x008u
#define GH_EPOLLHUP 0x010u
#define GH_EPOLLRDHUP 0x2000u
#define GH_EPOLLEXCLUSIVE (1u << 28)
#define GH_EPOLLET (1u << 31)

struct gh_event {
    uint32_t events;
    uint64_t tag;
};

int gh_epoll_create(void);
int gh_epoll_add(int epoll, int fd, uint32_t events, uint64_t tag);
int gh_epoll_modify(int epoll, int fd, uint32_t events, uint64_t tag);
int gh_epoll_remove(int epoll, int fd);
// At most 256 events.
int gh_epoll_wait(int epoll, struct gh_event *events, int capacity, int milliseconds);

int gh_eventfd(void);

// open(2)
#define GH_O_PATH 010000000

// Signals: `mask` has bit n-1 set for signal n.
int gh_block_signals(uint64_t mask);
int gh_unblock_all_signals(void);
int gh_signalfd(uint64_t mask);
struct gh_signal {
    int number;
    int32_t pid;
    uint32_t uid;
};
// 1 if a signal was read, 0 if there is none.
int gh_signalfd_read(int fd, struct gh_signal *out);
int gh_ignore_signal(int number);

// Processes. Descriptor sources[i] becomes targets[i]; everything from `close_from` on is closed.
// An empty signal mask, default dispositions, its own process group.
int gh_spawn(const char *path, char *const arguments[], char *const environment[], const int *sources,
             const int *targets, int count, int close_from, const char *directory, pid_t *pid);
int gh_pidfd_open(pid_t pid);
int gh_pidfd_signal(int pidfd, int number);
struct gh_exit {
    int is_signal;
    int status;
};
// 1 when the child has been reaped, 0 while it runs.
int gh_pidfd_reap(int pidfd, struct gh_exit *out);
int gh_set_process_name(const char *name);
int gh_set_no_new_privileges(void);
int gh_set_child_subreaper(void);
// Reaps one child that is not in the caller's tables: those have pidfds. Returns its pid, 0 if there is none.
pid_t gh_peek_exited(void);
int gh_reap(pid_t pid);

// Sockets.
int gh_accept(int fd);
int gh_peer_credentials(int fd, pid_t *pid, uid_t *uid, gid_t *gid);
// The number of the peer's supplementary groups; at most `capacity` are stored.
int gh_peer_groups(int fd, gid_t *groups, int capacity);
ssize_t gh_send_with_descriptors(int fd, const void *bytes, size_t count, const int *fds, int fd_count);
// `fd_count` is the room on the way in and the number received on the way out; -1 if some were cut off.
ssize_t gh_receive_with_descriptors(int fd, void *bytes, size_t count, int *fds, int *fd_count);
int gh_set_pipe_size(int fd, int bytes);
int gh_lock_file(int fd);

// A write lock on the whole file that belongs to the open file, not to the process (fcntl(2), F_OFD_SETLK).
int gh_lock_whole(int fd);
// 1 if some other open file holds such a lock, 0 if none does.
int gh_is_locked(int fd);
// The bytes read as zeros, and their memory or disk is given back (fallocate(2)).
int gh_punch_hole(int fd, size_t offset, size_t bytes);

// CRC-32C (RFC 3720 B.4), with the processor's instruction where it has one; the second: never with it.
uint32_t gh_crc32c(const void *bytes, size_t count);
uint32_t gh_crc32c_portable(const void *bytes, size_t count);

// Memory with a descriptor: `bytes` long for ever, whoever has it (memfd_create(2), F_SEAL_GROW, F_SEAL_SHRINK).
int gh_memory_file(const char *name, size_t bytes);

int gh_raise_descriptor_limit(uint64_t *limit);
// How many processors this process may run on, at least 1.
int gh_processors(void);
void gh_limit_malloc_arenas(void);
void gh_trim_heap(void);
