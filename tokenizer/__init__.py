"""What turns texts into training sequences: a byte-level BPE, its report, and packing."""
