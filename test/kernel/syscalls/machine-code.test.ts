import { expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { machineCode } from "../../../agent/kernel/syscall.ts";

/** What the assembler of this machine makes of it. */
const assembled = (text: string): number[] => {
  const folder = mkdtempSync(join(tmpdir(), "mooring-assembler-"));
  try {
    const at = (name: string) => join(folder, name);
    writeFileSync(at("code.s"), text);
    for (const command of [
      ["cc", "-c", "-o", at("code.o"), at("code.s")],
      ["objcopy", "-O", "binary", "-j", ".text", at("code.o"), at("code.bin")],
    ]) {
      const { exitCode, stderr } = Bun.spawnSync(command);
      if (exitCode !== 0) throw new Error(stderr.toString());
    }
    return [...readFileSync(at("code.bin"))];
  } finally {
    rmSync(folder, { recursive: true });
  }
};

/** The body of libc's syscall(3) without its errno, as the architecture's manual spells it. */
const text = {
  x64: `
    mov %rdi, %rax
    mov %rsi, %rdi
    mov %rdx, %rsi
    mov %rcx, %rdx
    mov %r8, %r10
    mov %r9, %r8
    mov 8(%rsp), %r9
    syscall
    ret
  `,
  arm64: `
    mov x8, x0
    mov x0, x1
    mov x1, x2
    mov x2, x3
    mov x3, x4
    mov x4, x5
    mov x5, x6
    svc #0
    ret
  `,
};

test("the code for this machine is what its assembler makes of the text", () => {
  const architecture = process.arch as keyof typeof text;
  expect(machineCode[architecture]).toEqual(assembled(text[architecture]));
});

/** Arm Architecture Reference Manual, C6.2: MOV (register) is ORR (shifted register) with the zero register. */
const mov = (to: number, from: number): number => 0xaa0003e0 + from * 0x10000 + to;
const supervisorCall = 0xd4000001;
const returnToX30 = 0xd65f03c0;

const littleEndian = (words: number[]): number[] =>
  words.flatMap((word) => [word & 0xff, (word >>> 8) & 0xff, (word >>> 16) & 0xff, word >>> 24]);

test("the code for arm64 moves seven arguments down by one, calls, and returns", () => {
  // The procedure call standard passes eight integers in x0-x7; the kernel takes the number in x8, the rest in x0-x5.
  const words = [
    mov(8, 0),
    mov(0, 1),
    mov(1, 2),
    mov(2, 3),
    mov(3, 4),
    mov(4, 5),
    mov(5, 6),
    supervisorCall,
    returnToX30,
  ];
  expect(machineCode.arm64).toEqual(littleEndian(words));
});
