// noise DIRECTORY EVENTS_PER_SECOND
//
// Mounts and unmounts DIRECTORY on itself, each an event for whoever watches the mount table, until its stdin ends or
// says something; then prints how many events there were.
#define _GNU_SOURCE
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>

int main(int argc, char **argv) {
  if (argc != 3) return fprintf(stderr, "usage: noise DIRECTORY EVENTS_PER_SECOND\n"), 2;
  struct pollfd input = {.fd = 0, .events = POLLIN};
  unsigned long events = 0;
  puts("ready");
  fflush(stdout);
  do {
    int failed = events % 2 ? umount2(argv[1], MNT_DETACH) : mount(argv[1], argv[1], NULL, MS_BIND, NULL);
    if (failed) return perror("noise"), 1;
    events++;
  } while (poll(&input, 1, 1000 / atoi(argv[2])) == 0 || events % 2);
  printf("%lu\n", events);
}
