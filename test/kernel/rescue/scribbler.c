// scribbler FILES SEED: stands for applications that write to many files of the working directory, which may be moved away
// under them. Appends numbered records "SEED number" to one of FILES files at random: mostly opened for that one record and
// not made when missing, now and then kept open for a while. Ends with its input, and says the numbers of the records that
// it wrote successfully and how many it could not.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { KEPT = 8 };

int main(int argc, char **argv) {
  if (argc != 3) return fprintf(stderr, "usage: scribbler FILES SEED\n"), 2;
  unsigned files = (unsigned)atoi(argv[1]), seed = (unsigned)atoi(argv[2]), state = seed * 2654435761u + 1;
  int kept[KEPT];
  for (int i = 0; i < KEPT; i++) kept[i] = -1;
  unsigned long written = 0, failed = 0, number = 0;
  puts("ready");
  fflush(stdout);
  for (;; number++) {
    state = state * 1664525u + 1013904223u;
    unsigned slot = (state >> 9) % KEPT;
    char name[32], record[64];
    snprintf(name, sizeof name, "file-%u", (state >> 12) % files);
    int length = snprintf(record, sizeof record, "%u %lu\n", seed, number);
    int keep = (state >> 5) % 64 == 0, fd = keep ? kept[slot] : -1;
    if (fd < 0) fd = open(name, O_WRONLY | O_APPEND | O_CLOEXEC);
    if (fd >= 0 && write(fd, record, (size_t)length) == length) {
      written++;
      printf("%lu\n", number);
    } else failed++;
    if (keep && kept[slot] < 0) kept[slot] = fd;
    else if (fd >= 0) {
      close(fd);
      if (keep) kept[slot] = -1;
    }
    struct pollfd input = {.fd = 0, .events = POLLIN};
    if (number % 64 == 0 && poll(&input, 1, 0) > 0) break;
  }
  printf("end %lu %lu\n", written, failed);
  return 0;
}
