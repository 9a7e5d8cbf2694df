// deny RULE[,...] PROGRAM [ARGUMENT...]
//
// Becomes PROGRAM, for which some system calls fail: an older kernel, or a container's seccomp profile. A rule is
// NUMBER=ERRNO for a call that is missing altogether, or NUMBER:ARGUMENT:BITS=ERRNO for one that does not know any of
// these bits of its argument, counted from 0.
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

enum { RULES = 32, STEPS = 5, NUMBER = offsetof(struct seccomp_data, nr), ARGS = offsetof(struct seccomp_data, args) };

static struct sock_filter code[STEPS * RULES + 1];
static unsigned short length;

static void add(unsigned short what, unsigned long value, unsigned char skipped) {
  code[length++] = (struct sock_filter)BPF_JUMP(what, (unsigned int)value, 0, skipped);
}

int main(int argc, char **argv) {
  if (argc < 3) return fprintf(stderr, "usage: deny RULE[,...] PROGRAM [ARGUMENT...]\n"), 2;
  for (char *at = argv[1]; *at && length < STEPS * RULES;) {
    unsigned long number = strtoul(at, &at, 10), argument = 0, bits = 0;
    if (*at == ':') argument = strtoul(at + 1, &at, 10);
    if (*at == ':') bits = strtoul(at + 1, &at, 10);
    if (*at++ != '=' || argument > 5) return fprintf(stderr, "deny: %s: no such rule\n", argv[1]), 2;
    unsigned long error = strtoul(at, &at, 10);
    add(BPF_LD | BPF_W | BPF_ABS, NUMBER, 0);
    add(BPF_JMP | BPF_JEQ | BPF_K, number, bits ? 3 : 1);
    // Of a little-endian argument the lower half comes first; flags are there.
    if (bits) add(BPF_LD | BPF_W | BPF_ABS, ARGS + 8 * argument, 0), add(BPF_JMP | BPF_JSET | BPF_K, bits, 1);
    add(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error, 0);
    if (*at == ',') at++;
  }
  add(BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0);
  struct sock_fprog program = {length, code};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
    return perror("deny"), 1;
  execvp(argv[2], argv + 2);
  return perror(argv[2]), 1;
}
