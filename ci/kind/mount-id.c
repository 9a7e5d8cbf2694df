// mount-id PATH
//
// Prints the id of the mount that PATH lies on. The ids of /proc/self/mountinfo are given to the next mount as soon as one is
// gone; those of statx(2) with STATX_MNT_ID_UNIQUE, Linux 6.8, to none.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#ifndef STATX_MNT_ID
#define STATX_MNT_ID 0x1000
#endif
#ifndef STATX_MNT_ID_UNIQUE
#define STATX_MNT_ID_UNIQUE 0x4000
#endif

int main(int argc, char **argv) {
  struct statx found;
  if (argc != 2) return fprintf(stderr, "usage: mount-id PATH\n"), 2;
  if (statx(AT_FDCWD, argv[1], 0, STATX_MNT_ID | STATX_MNT_ID_UNIQUE, &found) != 0)
    return fprintf(stderr, "mount-id: %s: %s\n", argv[1], strerror(errno)), 1;
  printf("%llu\n", (unsigned long long)found.stx_mnt_id);
  return 0;
}
