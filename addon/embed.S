// The bytes of hoist-init, inside the addon: the addon copies them into a sealed memfd and executes that, so no file on the disk
// can be swapped, and no container can reach back to it (CVE-2019-5736).
  .section .rodata
  .balign 16
  .globl hoist_init_start
  .hidden hoist_init_start
hoist_init_start:
  .incbin HOIST_INIT_FILE
  .globl hoist_init_end
  .hidden hoist_init_end
hoist_init_end:
  .byte 0
  .section .note.GNU-stack, "", %progbits
