#define _GNU_SOURCE
#include "csystem.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef P_PIDFD
#define P_PIDFD 3
#endif
#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SO_PEERGROUPS
#define SO_PEERGROUPS 59
#endif

_Static_assert(GH_EPOLLIN == EPOLLIN && GH_EPOLLOUT == EPOLLOUT && GH_EPOLLERR == EPOLLERR, "epoll bits");
_Static_assert(GH_EPOLLHUP == EPOLLHUP && GH_EPOLLRDHUP == EPOLLRDHUP && GH_EPOLLET == EPOLLET, "epoll bits");
_Static_assert(GH_EPOLLEXCLUSIVE == EPOLLEXCLUSIVE, "epoll bits");

_Static_assert(GH_O_PATH == O_PATH, "open flag");

enum { max_events = 256, max_descriptors = 16, first_free = 64 };

int gh_epoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

static int control(int epoll, int operation, int fd, uint32_t events, uint64_t tag) {
    struct epoll_event event = {.events = events, .data.u64 = tag};
    return epoll_ctl(epoll, operation, fd, &event);
}

int gh_epoll_add(int epoll, int fd, uint32_t events, uint64_t tag) {
    return control(epoll, EPOLL_CTL_ADD, fd, events, tag);
}

int gh_epoll_modify(int epoll, int fd, uint32_t events, uint64_t tag) {
    return control(epoll, EPOLL_CTL_MOD, fd, events, tag);
}

int gh_epoll_remove(int epoll, int fd) { return epoll_ctl(epoll, EPOLL_CTL_DEL, fd, NULL); }

int gh_epoll_wait(int epoll, struct gh_event *events, int capacity, int milliseconds) {
    struct epoll_event raw[max_events];
    int count = epoll_wait(epoll, raw, capacity < max_events ? capacity : max_events, milliseconds);
    for (int i = 0; i < count; i++) {
        events[i].events = raw[i].events;
        events[i].tag = raw[i].data.u64;
    }
    return count;
}

int gh_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

static sigset_t set_of(uint64_t mask) {
    sigset_t set;
    sigemptyset(&set);
    for (int number = 1; number <= 64; number++)
        if (mask & (1ull << (number - 1))) sigaddset(&set, number);
    return set;
}

int gh_block_signals(uint64_t mask) {
    sigset_t set = set_of(mask);
    return sigprocmask(SIG_BLOCK, &set, NULL);
}

int gh_unblock_all_signals(void) {
    sigset_t set;
    sigemptyset(&set);
    return sigprocmask(SIG_SETMASK, &set, NULL);
}

int gh_signalfd(uint64_t mask) {
    sigset_t set = set_of(mask);
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int gh_signalfd_read(int fd, struct gh_signal *out) {
    struct signalfd_siginfo info;
    if (read(fd, &info, sizeof info) != sizeof info) return 0;
    out->number = (int)info.ssi_signo;
    out->pid = (int32_t)info.ssi_pid;
    out->uid = info.ssi_uid;
    return 1;
}

int gh_ignore_signal(int number) { return signal(number, SIG_IGN) == SIG_ERR ? -1 : 0; }

// Sources are first moved out of the range of the targets, so that no move overwrites a later source.
static int move_out(const int *sources, int *moved, int count) {
    for (int i = 0; i < count; i++) {
        moved[i] = fcntl(sources[i], F_DUPFD_CLOEXEC, first_free);
        if (moved[i] == -1) {
            while (i-- > 0) close(moved[i]);
            return -1;
        }
    }
    return 0;
}

static int prepare(posix_spawnattr_t *attributes, posix_spawn_file_actions_t *actions, const int *moved,
                   const int *targets, int count, int close_from, const char *directory) {
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    sigdelset(&all, SIGKILL);
    sigdelset(&all, SIGSTOP);
    int error = posix_spawnattr_setsigmask(attributes, &none);
    if (!error) error = posix_spawnattr_setsigdefault(attributes, &all);
    if (!error) error = posix_spawnattr_setpgroup(attributes, 0);
    if (!error) {
        short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP;
        error = posix_spawnattr_setflags(attributes, flags);
    }
    for (int i = 0; !error && i < count; i++)
        error = posix_spawn_file_actions_adddup2(actions, moved[i], targets[i]);
    if (!error && directory) error = posix_spawn_file_actions_addchdir_np(actions, directory);
    if (!error) error = posix_spawn_file_actions_addclosefrom_np(actions, close_from);
    return error;
}

int gh_spawn(const char *path, char *const arguments[], char *const environment[], const int *sources,
             const int *targets, int count, int close_from, const char *directory, pid_t *pid) {
    int moved[max_descriptors + 32];
    if (count > max_descriptors + 32) {
        errno = EINVAL;
        return -1;
    }
    if (move_out(sources, moved, count) == -1) return -1;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_t actions;
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_init(&actions);
    int error = prepare(&attributes, &actions, moved, targets, count, close_from, directory);
    if (!error) error = posix_spawnp(pid, path, &actions, &attributes, arguments, environment);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    for (int i = 0; i < count; i++) close(moved[i]);
    errno = error;
    return error ? -1 : 0;
}

int gh_pidfd_open(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

int gh_pidfd_signal(int pidfd, int number) {
    return (int)syscall(SYS_pidfd_send_signal, pidfd, number, NULL, 0);
}

int gh_pidfd_reap(int pidfd, struct gh_exit *out) {
    siginfo_t info = {0};
    if (waitid((idtype_t)P_PIDFD, (id_t)pidfd, &info, WEXITED | WNOHANG) == -1) return -1;
    if (info.si_pid == 0) return 0;
    out->is_signal = info.si_code != CLD_EXITED;
    out->status = info.si_status;
    return 1;
}

int gh_set_process_name(const char *name) { return prctl(PR_SET_NAME, name, 0, 0, 0); }
int gh_set_no_new_privileges(void) { return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); }
int gh_set_child_subreaper(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }

pid_t gh_peek_exited(void) {
    siginfo_t info = {0};
    if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == -1) return 0;
    return info.si_pid;
}

int gh_reap(pid_t pid) { return waitpid(pid, NULL, WNOHANG) == pid ? 0 : -1; }

int gh_accept(int fd) { return accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC); }

int gh_peer_credentials(int fd, pid_t *pid, uid_t *uid, gid_t *gid) {
    struct ucred peer;
    socklen_t length = sizeof peer;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) == -1) return -1;
    *pid = peer.pid;
    *uid = peer.uid;
    *gid = peer.gid;
    return 0;
}

int gh_peer_groups(int fd, gid_t *groups, int capacity) {
    socklen_t length = (socklen_t)capacity * (socklen_t)sizeof *groups;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &length) == -1) return -1;
    return (int)(length / sizeof *groups);
}

ssize_t gh_send_with_descriptors(int fd, const void *bytes, size_t count, const int *fds, int fd_count) {
    struct iovec part = {.iov_base = (void *)bytes, .iov_len = count};
    _Alignas(struct cmsghdr) char room[CMSG_SPACE(max_descriptors * sizeof(int))] = {0};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (fd_count > max_descriptors) {
        errno = EINVAL;
        return -1;
    }
    if (fd_count > 0) {
        message.msg_control = room;
        message.msg_controllen = CMSG_SPACE((size_t)fd_count * sizeof(int));
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN((size_t)fd_count * sizeof(int));
        memcpy(CMSG_DATA(header), fds, (size_t)fd_count * sizeof(int));
    }
    return sendmsg(fd, &message, MSG_NOSIGNAL);
}

ssize_t gh_receive_with_descriptors(int fd, void *bytes, size_t count, int *fds, int *fd_count) {
    struct iovec part = {.iov_base = bytes, .iov_len = count};
    _Alignas(struct cmsghdr) char room[CMSG_SPACE(max_descriptors * sizeof(int))];
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room};
    int capacity = *fd_count;
    *fd_count = 0;
    ssize_t result = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
    if (result == -1) return -1;
    for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
        int received = (int)((header->cmsg_len - CMSG_LEN(0)) / sizeof(int));
        for (int i = 0; i < received; i++) {
            int number;
            memcpy(&number, CMSG_DATA(header) + (size_t)i * sizeof(int), sizeof number);
            if (*fd_count < capacity)
                fds[(*fd_count)++] = number;
            else
                close(number);
        }
    }
    if (message.msg_flags & MSG_CTRUNC) {
        for (int i = 0; i < *fd_count; i++) close(fds[i]);
        *fd_count = -1;
    }
    return result;
}

int gh_set_pipe_size(int fd, int bytes) { return fcntl(fd, F_SETPIPE_SZ, bytes); }
int gh_lock_file(int fd) { return flock(fd, LOCK_EX | LOCK_NB); }

int gh_memory_file(const char *name, size_t bytes) {
    int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd == -1) return -1;
    if (ftruncate(fd, (off_t)bytes) == -1 || fcntl(fd, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK) == -1) {
        int reason = errno;
        close(fd);
        errno = reason;
        return -1;
    }
    return fd;
}

int gh_raise_descriptor_limit(uint64_t *limit) {
    struct rlimit current;
    if (getrlimit(RLIMIT_NOFILE, &current) == -1) return -1;
    current.rlim_cur = current.rlim_max;
    int result = setrlimit(RLIMIT_NOFILE, &current);
    if (getrlimit(RLIMIT_NOFILE, &current) == -1) return -1;
    *limit = current.rlim_cur;
    return result;
}

int gh_processors(void) {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == -1) return 1;
    int count = CPU_COUNT(&set);
    return count > 0 ? count : 1;
}

void gh_limit_malloc_arenas(void) {
    mallopt(M_ARENA_MAX, 2);
    mallopt(M_TRIM_THRESHOLD, 256 * 1024);
}

void gh_trim_heap(void) { malloc_trim(0); }
