// swapper ONE OTHER
//
// Exchanges two names, atomically and over and over, until its stdin ends or says something; then prints how often. While
// one of them is a mount point (EBUSY) it waits for that to end.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv) {
  if (argc != 3) return fprintf(stderr, "usage: swapper ONE OTHER\n"), 2;
  puts("ready");
  fflush(stdout);
  unsigned long times = 0;
  struct pollfd input = {.fd = 0, .events = POLLIN};
  do {
    if (renameat2(AT_FDCWD, argv[1], AT_FDCWD, argv[2], RENAME_EXCHANGE) == 0) times++;
    else if (errno != EBUSY) return perror("swapper"), 1;
    usleep(1);
  } while (poll(&input, 1, 0) == 0);
  printf("%lu\n", times);
}
