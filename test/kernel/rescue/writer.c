// writer FILE: opens FILE to append to it and answers each line on stdin with one on stdout.
//   write TEXT   appends it and a newline through the descriptor that is open: "ok", or the errno's name
//   open         opens it anew, to append: "ok" when it could, which takes as long as it takes
//   map          maps the first page to be written, and closes the descriptor
//   put C        writes that character into the mapped page
//   close        closes the descriptor, or unmaps the page
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void say(int ok) {
  puts(ok ? "ok" : strerrorname_np(errno));
  fflush(stdout);
}

int main(int argc, char **argv) {
  if (argc != 2) return fprintf(stderr, "usage: writer FILE\n"), 2;
  int fd = open(argv[1], O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
  char *page = MAP_FAILED, line[4096];
  say(fd >= 0);
  while (fgets(line, sizeof line, stdin)) {
    if (strncmp(line, "write ", 6) == 0) {
      size_t length = strlen(line + 6);
      say(write(fd, line + 6, length) == (ssize_t)length);
    } else if (strcmp(line, "open\n") == 0) {
      fd = open(argv[1], O_RDWR | O_APPEND | O_CLOEXEC);
      say(fd >= 0);
    } else if (strcmp(line, "map\n") == 0) {
      page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
      close(fd);
      say(page != MAP_FAILED);
    } else if (strncmp(line, "put ", 4) == 0) {
      page[0] = line[4];
      say(1);
    } else if (strcmp(line, "close\n") == 0) {
      if (page != MAP_FAILED) munmap(page, 4096);
      else close(fd);
      page = MAP_FAILED;
      say(1);
    }
  }
  return 0;
}
