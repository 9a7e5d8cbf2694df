// peer SOURCE TARGET
//
// Holds SOURCE at TARGET with the fewest calls that a healer can make, as the yardstick for the agent: sleep in poll(2)
// on the mount table, look at the target, put the anchor back, look again, take a new anchor. Says "mounted" once.
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

// Older C libraries have neither these nor the wrappers.
#ifndef OPEN_TREE_CLONE
#define OPEN_TREE_CLONE 1
#endif
#ifndef MOVE_MOUNT_F_EMPTY_PATH
#define MOVE_MOUNT_F_EMPTY_PATH 4
#endif
struct attributes { uint64_t set, clear, propagation, user_namespace; };
enum { NOSUID = 2, NODEV = 4 };

static int need(long result, const char *what) {
  if (result < 0) perror(what), exit(1);
  return (int)result;
}

static int anchor_of(const char *path) {
  return need(syscall(SYS_open_tree, AT_FDCWD, path, OPEN_TREE_CLONE | O_CLOEXEC), "open_tree");
}

static void put(int tree, const char *target) {
  need(syscall(SYS_move_mount, tree, "", AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH), "move_mount");
  close(tree);
}

static int is_right(const char *target, const struct statx *wanted) {
  struct statx seen;
  if (statx(AT_FDCWD, target, AT_STATX_DONT_SYNC | AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &seen) < 0) return 0;
  return seen.stx_ino == wanted->stx_ino && seen.stx_dev_major == wanted->stx_dev_major &&
         seen.stx_dev_minor == wanted->stx_dev_minor && (seen.stx_attributes & STATX_ATTR_MOUNT_ROOT);
}

int main(int argc, char **argv) {
  if (argc != 3) return fprintf(stderr, "usage: peer SOURCE TARGET\n"), 2;
  const char *source = argv[1], *target = argv[2];
  struct pollfd table = {.fd = need(open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC), "mountinfo"), .events = POLLPRI};
  struct statx wanted;
  need(statx(AT_FDCWD, source, 0, STATX_BASIC_STATS, &wanted), source);

  mkdir(target, 0755);
  int tree = anchor_of(source);
  struct attributes flags = {.set = NOSUID | NODEV};
  need(syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH, &flags, sizeof flags), "mount_setattr");
  put(tree, target);
  int anchor = anchor_of(target);
  puts("mounted");
  fflush(stdout);

  for (;;) {
    need(poll(&table, 1, -1), "poll");
    if (is_right(target, &wanted)) continue;
    put(anchor, target);
    if (!is_right(target, &wanted)) return fprintf(stderr, "peer: the target is not right after the heal\n"), 1;
    anchor = anchor_of(target);
  }
}
