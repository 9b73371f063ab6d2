/* SPDX-License-Identifier: BSD-2-Clause */
/* Printing, for the renderings of the library: what reload/print.h does not declare. */
#ifndef RL_RENDER_PRINT_H
#define RL_RENDER_PRINT_H

#include "wire/wire.h"

#include <reload/print.h>

/* A value by its name in a set, or as a number. */
void rl_print_named(reload_printer *p, reload_names set, uint32_t value);
/* "1: put.bin, offset 0: ", with after instead of the first ": ". Fails if origin has no size. */
void rl_print_place(reload_printer *p, const reload_origin *origin, const char *after);
/* The parts of the place of a message that was captured: "3-5,8", and its time or "-". */
void rl_print_frames(reload_printer *p, const reload_capture *capture);
void rl_print_capture_time(reload_printer *p, const reload_origin *origin);

/* The members that a line shows of a composite, in this order. */
enum { RL_SUMMARY = 6 };
extern const uint16_t rl_summary[RL_SUMMARY];

/* Whether an octet is not 0. */
bool rl_any_set(const uint8_t *octets, size_t len);

#endif
