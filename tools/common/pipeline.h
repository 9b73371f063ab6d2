/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages between reading and writing: slots that are filled in order, processed by one or more
 * threads, and finished in the same order. */
#ifndef RELOAD_PIPELINE_H
#define RELOAD_PIPELINE_H

#include <stdbool.h>
#include <stddef.h>

struct pipeline;

/* How the slots, which are numbered from 0, are processed. */
struct pipeline_calls {
    /* Works on a slot, in any thread. Calls with the same worker, below pipeline_workers, are made
     * one after another. It must not print. */
    void (*work)(void *arg, unsigned worker, size_t slot);
    /* Finishes count slots from first on, in the caller's thread. */
    void (*finish)(void *arg, size_t first, size_t count);
    void *arg;
};

enum { PIPELINE_BANK = 512, MAX_JOBS = 64 };

/* jobs: the number of threads that work on slots; with 1, the caller's works. bank: how many slots
 * are worked on together, 1 to PIPELINE_BANK. Threads are started for the second full bank, not for
 * a few messages. NULL without memory. */
struct pipeline *pipeline_new(unsigned jobs, size_t bank, const struct pipeline_calls *calls);
/* Ends the threads, frees it and sets the pointer to NULL. Slots that are not finished are dropped.
 */
void pipeline_free(struct pipeline **pipeline);
size_t pipeline_slots(const struct pipeline *pipeline);
/* The number of slots, from 0, that have been current. */
size_t pipeline_used(const struct pipeline *pipeline);
unsigned pipeline_workers(const struct pipeline *pipeline);
/* The slot to fill next. */
size_t pipeline_current(const struct pipeline *pipeline);
/* The current slot was filled with that many octets. Its bank is worked on if it is full, or has
 * many octets, or its first slot was filled 50 ms ago. */
void pipeline_add(struct pipeline *pipeline, size_t octets);
/* Works on all filled slots, and finishes them. */
void pipeline_drain(struct pipeline *pipeline);

/* The number of processors that the process may use, at most MAX_JOBS. */
unsigned pipeline_default_jobs(void);

#endif
