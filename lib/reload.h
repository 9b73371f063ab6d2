/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libreload: messages of the 2007 format of RELOAD (REsource LOcation And Discovery).
 *
 * Cited in this file and throughout the library:
 *   B§   draft-bryan-p2psip-reload-01, the base protocol
 *   S§   draft-lowekamp-p2psip-reload-security-01, its security extensions
 *   D1…  numbered decisions where the drafts are silent or unclear; see reload-decisions(7)
 *
 * The library keeps no global state, prints nothing and never exits. An object belongs to one
 * thread at a time; threads may use different objects at once. All integers on the wire are
 * big-endian. Times count from the epoch: a reload_time in microseconds, any other in seconds.
 * Functions that can fail return a reload_err and fill in the caller's reload_diag, which may be
 * NULL.
 *
 * Compatibility: a struct that may grow is opaque, is made by the library alone, or begins with its
 * size, which the caller sets to sizeof; its comment says which. Rows of tables are the library's
 * too, and later versions may add members at their end. All other structs keep their members, which
 * the formats fix (reload_attr, reload_value, reload_cert_name) or their one use (reload_diag,
 * reload_span, reload_iter, reload_moment).
 */
#ifndef RELOAD_H
#define RELOAD_H

#include <reload/base.h>
#include <reload/cert.h>
#include <reload/json.h>
#include <reload/message.h>
#include <reload/print.h>
#include <reload/profile.h>
#include <reload/render.h>
#include <reload/sign.h>
#include <reload/stream.h>
#include <reload/verify.h>

#endif
