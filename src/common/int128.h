/* SPDX-License-Identifier: Apache-2.0 */
/*
 * int128.h -- 128-bit integers, an extension that both our compilers have.
 */
#pragma once

__extension__ typedef __int128 i128;
__extension__ typedef unsigned __int128 u128;

#define I128_MAX ((i128)(((u128)1 << 127) - 1))
#define I128_MIN (-I128_MAX - 1)
