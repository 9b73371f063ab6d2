/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/pipeline.h"

#include "common/tool.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>

enum { MAX_OCTETS = 256 * 1024, MAX_MS = 50 };

/* A bank is free, then filled by the caller; it waits for a worker, which takes it and is done with
 * it; then the caller finishes it. */
enum bank_state { BANK_FREE, BANK_WAITING, BANK_TAKEN, BANK_DONE };

struct bank {
    enum bank_state state;
    size_t count;  /* of filled slots */
    size_t octets; /* in them */
    int64_t since; /* when the first was filled */
};

/* Banks form a ring. Those from oldest up to filling, which is excluded, have been handed over. */
struct pipeline {
    struct pipeline_calls calls;
    unsigned jobs;
    size_t size;       /* of a bank */
    size_t bank_count; /* 1 with one job */
    struct bank *banks;
    size_t used; /* slots that have been current */
    size_t filling, oldest, in_flight;
    size_t next; /* bank that a worker takes next */
    bool second; /* a bank was handed over before */
    bool started, ending;
    unsigned thread_count;
    unsigned worker; /* number of the next thread */
    pthread_t threads[MAX_JOBS];
    pthread_mutex_t mutex;
    pthread_cond_t waiting, done;
};

struct pipeline *pipeline_new(unsigned jobs, size_t bank, const struct pipeline_calls *calls)
{
    struct pipeline *p = calloc(1, sizeof *p);
    if (p == NULL)
        return NULL;
    p->calls = *calls;
    p->jobs = jobs < 1 ? 1 : jobs > MAX_JOBS ? MAX_JOBS : jobs;
    p->size = bank;
    p->bank_count = p->jobs == 1 ? 1 : p->jobs + 2;
    p->used = 1;
    p->banks = calloc(p->bank_count, sizeof *p->banks);
    if (p->banks == NULL) {
        free(p);
        return NULL;
    }
    (void)pthread_mutex_init(&p->mutex, NULL);
    (void)pthread_cond_init(&p->waiting, NULL);
    (void)pthread_cond_init(&p->done, NULL);
    return p;
}

void pipeline_free(struct pipeline **pipeline)
{
    struct pipeline *p = *pipeline;
    if (p == NULL)
        return;
    (void)pthread_mutex_lock(&p->mutex);
    p->ending = true;
    (void)pthread_cond_broadcast(&p->waiting);
    (void)pthread_mutex_unlock(&p->mutex);
    for (unsigned i = 0; i < p->thread_count; i++)
        (void)pthread_join(p->threads[i], NULL);
    (void)pthread_cond_destroy(&p->waiting);
    (void)pthread_cond_destroy(&p->done);
    (void)pthread_mutex_destroy(&p->mutex);
    free(p->banks);
    free(p);
    *pipeline = NULL;
}

size_t pipeline_slots(const struct pipeline *p)
{
    return p->bank_count * p->size;
}

size_t pipeline_used(const struct pipeline *p)
{
    return p->used;
}

unsigned pipeline_workers(const struct pipeline *p)
{
    return p->jobs;
}

size_t pipeline_current(const struct pipeline *p)
{
    return p->filling * p->size + p->banks[p->filling].count;
}

/* ---- Working ---- */

static void work_on(struct pipeline *p, unsigned worker, size_t bank)
{
    for (size_t i = 0; i < p->banks[bank].count; i++)
        p->calls.work(p->calls.arg, worker, bank * p->size + i);
}

static void *run_worker(void *arg)
{
    struct pipeline *p = arg;
    (void)pthread_mutex_lock(&p->mutex);
    unsigned worker = p->worker++;
    for (;;) {
        while (!p->ending && p->banks[p->next].state != BANK_WAITING)
            (void)pthread_cond_wait(&p->waiting, &p->mutex);
        if (p->ending)
            break;
        size_t bank = p->next;
        p->next = (p->next + 1) % p->bank_count;
        p->banks[bank].state = BANK_TAKEN;
        (void)pthread_mutex_unlock(&p->mutex);
        work_on(p, worker, bank);
        (void)pthread_mutex_lock(&p->mutex);
        p->banks[bank].state = BANK_DONE;
        (void)pthread_cond_signal(&p->done);
    }
    (void)pthread_mutex_unlock(&p->mutex);
    return NULL;
}

/* Starts the threads. Without any, the caller works. Signals are left to the caller's thread. */
static void start(struct pipeline *p)
{
    sigset_t all, before;
    p->started = true;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_BLOCK, &all, &before);
    while (p->thread_count < p->jobs &&
           pthread_create(&p->threads[p->thread_count], NULL, run_worker, p) == 0)
        p->thread_count++;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* ---- Finishing ---- */

/* Of the caller, which has the ring for itself until threads are started. */
static void lock_ring(struct pipeline *p)
{
    if (p->thread_count > 0)
        (void)pthread_mutex_lock(&p->mutex);
}

static void unlock_ring(struct pipeline *p)
{
    if (p->thread_count > 0)
        (void)pthread_mutex_unlock(&p->mutex);
}

static void finish_oldest(struct pipeline *p)
{
    struct bank *bank = &p->banks[p->oldest];
    p->calls.finish(p->calls.arg, p->oldest * p->size, bank->count);
    bank->count = bank->octets = 0;
    lock_ring(p);
    bank->state = BANK_FREE;
    unlock_ring(p);
    p->oldest = (p->oldest + 1) % p->bank_count;
    p->in_flight--;
}

/* Whether the oldest bank is done; wait: after waiting for it. */
static bool oldest_is_done(struct pipeline *p, bool wait)
{
    lock_ring(p);
    while (wait && p->banks[p->oldest].state != BANK_DONE)
        (void)pthread_cond_wait(&p->done, &p->mutex);
    bool done = p->banks[p->oldest].state == BANK_DONE;
    unlock_ring(p);
    return done;
}

/* Finishes banks, the oldest first, until at most that many are in flight, and those that are done.
 */
static void finish_until(struct pipeline *p, size_t most)
{
    while (p->in_flight > 0 && oldest_is_done(p, p->in_flight > most))
        finish_oldest(p);
}

/* Hands the bank that is being filled to the workers. */
static void hand_over(struct pipeline *p, bool more)
{
    struct bank *bank = &p->banks[p->filling];
    if (p->jobs > 1 && more && p->second && !p->started)
        start(p);
    p->second = true;
    if (p->thread_count == 0) {
        work_on(p, 0, p->filling);
        bank->state = BANK_DONE;
        p->next = (p->next + 1) % p->bank_count;
    } else {
        lock_ring(p);
        bank->state = BANK_WAITING;
        (void)pthread_cond_signal(&p->waiting);
        unlock_ring(p);
    }
    p->filling = (p->filling + 1) % p->bank_count;
    p->in_flight++;
}

static void note_used(struct pipeline *p)
{
    size_t used = pipeline_current(p) + 1;
    p->used = used > p->used ? used : p->used;
}

void pipeline_add(struct pipeline *p, size_t octets)
{
    struct bank *bank = &p->banks[p->filling];
    if (bank->count++ == 0 && p->size > 1)
        bank->since = tool_milliseconds();
    bank->octets += octets;
    if (bank->count < p->size && bank->octets < MAX_OCTETS &&
        tool_milliseconds() - bank->since < MAX_MS) {
        note_used(p);
        return;
    }
    hand_over(p, true);
    finish_until(p, p->bank_count - 1);
    note_used(p);
}

/* All banks are free, so the ring can begin at the first again: a few messages at a time use few
 * slots, and touch little memory. */
static void rewind_ring(struct pipeline *p)
{
    lock_ring(p);
    p->filling = p->oldest = p->next = 0;
    unlock_ring(p);
}

void pipeline_drain(struct pipeline *p)
{
    if (p->banks[p->filling].count > 0)
        hand_over(p, false);
    finish_until(p, 0);
    rewind_ring(p);
    note_used(p);
}

unsigned pipeline_default_jobs(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0)
        return 1;
    int count = CPU_COUNT(&set);
    return count < 1 ? 1 : count > MAX_JOBS ? MAX_JOBS : (unsigned)count;
}
