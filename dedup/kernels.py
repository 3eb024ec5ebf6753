"""The project's one 64-bit mixer, compiled for Numba kernels."""

import numba as nb

from pipeline.hashing import mix64

mix64_kernel = nb.njit(cache=True, inline="always")(mix64)
