/* SPDX-License-Identifier: BSD-2-Clause */
/* Mismatches of a certificate in words. Each function writes a terminated text of at most size
 * octets, with both values. */
#ifndef RL_X509_MISMATCH_H
#define RL_X509_MISMATCH_H

#include "x509/x509.h"

/* A Peer-ID, the certificate's names and the overlay, which may be NULL (D20). */
void rl_peer_mismatch_text(const reload_cert *cert, const uint8_t id[RELOAD_ID_SIZE],
                           const char *overlay_name, uint32_t overlay, char *text, size_t size);
/* The header's Overlay and the overlay's name: "Overlay is 659df2aa, expected 2cb36909 (CRC-32 of
 * "chat2")". A name that is not UTF-8 or is long is left out. */
void rl_overlay_mismatch_text(uint32_t overlay, const char *overlay_name, char *text, size_t size);
/* A KEY and the certificate's addresses of record (D21). */
void rl_key_mismatch_text(const reload_cert *cert, const uint8_t *key, size_t len, char *text,
                          size_t size);

#endif
