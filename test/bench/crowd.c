// crowd DIRECTORY COUNT: makes COUNT directories in DIRECTORY, each a mount point.
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>

int main(int argc, char **argv) {
  if (argc != 3) return fprintf(stderr, "usage: crowd DIRECTORY COUNT\n"), 2;
  char path[4096];
  for (int i = 0; i < atoi(argv[2]); i++) {
    snprintf(path, sizeof path, "%s/%d", argv[1], i);
    if (mkdir(path, 0755) || mount(argv[1], path, NULL, MS_BIND, NULL)) return perror("crowd"), 1;
  }
  return 0;
}
