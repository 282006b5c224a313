/* The way to a sign-off that is enough, and on to the end: three people (0 proposed it) of whom two must agree, a
 * statement that changes, a deadline, keys that are revoked, hold, answers that are lost and requests that
 * are sent again; then the steps, which fail and are retried, skipped or undone.
 * What an operation may do next is the daemon's own table (table.pml, printed by table.c).
 *
 * Held in every interleaving:
 *   S1  nothing starts, and no role is given away, without two valid approvals of exactly the statement that
 *       stands and of what is the case: of different people, the proposer not the last, no key revoked
 *   S2  nothing starts after its deadline
 *   S3  no intent is written while the operation is held
 *   S4  what a person was told of a sign-off is what the log says; the log has it at most once
 *   S5  nobody's rejection is overrun: after one that was accepted nothing starts
 * And with weak fairness, where after their approvals people do nothing any more (ALONE):
 *   L1  what was approved ends, or waits for a person who is told
 *
 * Each protection can be taken away; the search must then find what it is for:
 *   NO_VOID        a changed statement keeps the approvals it had             S1
 *   NO_EXACT       approvals of another version count                        S1
 *   NO_DISTINCT    two approvals of one person count as two                   S1
 *   NO_FOUR_EYES   the proposer may give the last one                         S1
 *   NO_REVOKED     a key is looked up when the sign-off comes, never again    S1
 *   NO_DEADLINE    the deadline is looked at when one signs, not at the start  S2
 *   NO_HOLD        hold is looked at when the operation starts only           S3
 *   NO_ID          a request has no id: sent again it is another request      S4
 *   NO_RACE        reject and start do not compare the state they decided on  S5
 *   NO_END         what is approved and cannot start does not expire          L1
 *   NO_LIMIT       a step without an answer is sent again for ever            L1
 *   NO_TELL        a failed step does not pause the operation                 L1
 */
#include "table.pml"

#define PEOPLE 3
#define NEEDED 2
#ifndef VERSIONS
#define VERSIONS 2
#endif

byte version = 1;         /* of the statement that stands */
byte world = 1;           /* the version that what is the case would have */
byte approved[PEOPLE];    /* the version that a person's valid approval is of; 0 = none */
byte twice[PEOPLE];       /* how often that approval was counted */
byte last = PEOPLE;       /* who gave the latest approval */
bool revoked[PEOPLE];     /* that person's key */
bool late = false;        /* the deadline has passed */
bool window = false;      /* the hold window is over */
bool held = false;
bool rejected = false;    /* somebody was told: rejected */
bool failing = false;     /* a step has failed */
bool under_way = false;   /* an intent without an outcome */
byte tries = 0;           /* of the step under way */

#define ENDED (state >= COMPLETED)
#define VALID(p) (APPROVES(p) && GOOD_KEY(p))
#ifdef NO_EXACT
#define APPROVES(p) (approved[p] != 0)
#else
#define APPROVES(p) (approved[p] == version)
#endif
#ifdef NO_REVOKED
#define GOOD_KEY(p) true
#else
#define GOOD_KEY(p) (!revoked[p])
#endif
#ifdef NO_DISTINCT
#define COUNT (twice[0] * VALID(0) + twice[1] * VALID(1) + twice[2] * VALID(2))
#else
#define COUNT (VALID(0) + VALID(1) + VALID(2))
#endif
#ifdef NO_VOID
#define AS_SIGNED true
#else
#define AS_SIGNED (version == world)
#endif
#define ENOUGH (COUNT >= NEEDED)

/* What is really so, whatever was switched off above. */
#define TRULY(p) (approved[p] == world && !revoked[p])
#define TRUE_COUNT (TRULY(0) + TRULY(1) + TRULY(2))
#define S1 assert(TRUE_COUNT >= NEEDED && last != 0)
#define S2 assert(!late)
#define S3 assert(!held)
#define S5 assert(!rejected)

/* Approvals stay in the log; those of another version do not count any more. */
inline forget_approvals()
{
    twice[0] = 0; twice[1] = 0; twice[2] = 0;
    last = PEOPLE
}

inline restate()
{
    move_void();
    phase = FORWARD;
    version = world;
    window = false;
    forget_approvals()
}

/* The daemon's answer to one request; `recorded` says whether the log has this sign-off. */
#define REFUSED 1
#define RECORDED 2
#ifdef NO_ID
#define KNOWN false
#else
#define KNOWN (log[me] == 1)
#endif
#ifdef NO_DISTINCT
#define ANEW true
#else
#define ANEW (approved[me] != version)
#endif
#ifdef NO_FOUR_EYES
#define FOUR_EYES true
#else
#define FOUR_EYES (me != 0 || COUNT + 1 < NEEDED)
#endif
#define SIGNABLE (state == AWAITING_SIGN_OFF && !late && seen == version && version == world && \
                  ANEW && !revoked[me] && FOUR_EYES)

byte log[PEOPLE];    /* records of the sign-off under its id */

proctype Person(byte me)
{
    byte seen, told;
end:
    do
    :: atomic { log[me] == 0 && state == AWAITING_SIGN_OFF -> seen = version; told = 0 } /* it is read … */
       do                                                                                /* … and signed */
       :: atomic {
            if
            :: KNOWN -> told = RECORDED /* the first answer again */
            :: !(KNOWN) && SIGNABLE ->
               approved[me] = seen; twice[me]++; last = me; log[me]++; told = RECORDED
            :: !(KNOWN) && !(SIGNABLE) -> told = REFUSED
            fi;
            assert((told == RECORDED) == (log[me] == 1) && log[me] <= 1) /* S4 */ }
          break
       :: atomic { /* the answer is lost: the same request again */
            if
            :: !(KNOWN) && SIGNABLE ->
               approved[me] = seen; twice[me]++; last = me; log[me]++
            :: else
            fi }
       od
    :: atomic { log[me] == 1 && twice[me] < 2 && state == AWAITING_SIGN_OFF -> log[me] = 0 } /* another one */
    :: atomic { !revoked[me] && me == 1 -> revoked[me] = true }
#ifdef ALONE
    /* Nobody does anything more that would end the waiting. */
#elif defined NO_RACE
    :: atomic { me == 2 && MAY_reject -> seen = 0 }
       atomic { rejected = true; if :: MAY_reject -> move_reject() :: else fi }
#else
    :: atomic { me == 2 && MAY_reject -> move_reject(); rejected = true }
    :: atomic { me == 0 && MAY_withdraw -> move_withdraw() }
#endif
    od
}

/* What an operator may do, at any moment. */
proctype Operator()
{
end:
    do
    :: atomic { MAY_hold && !held -> move_hold(); held = true }
    :: atomic { MAY_resume && held -> move_resume(); held = false }
    :: atomic { MAY_retry && state == PAUSED -> move_retry(); failing = false; tries = 0 }
    :: atomic { MAY_skip && state == PAUSED -> move_skip(); failing = false; tries = 0;
           exceptions = (phase == UNDOING -> exceptions : true) }
    :: atomic { state == RUNNING && MAY_skip && under_way -> move_skip(); under_way = false; /* a person's step */
           exceptions = (phase == UNDOING -> exceptions : true) }
    :: atomic { MAY_abort -> move_abort(); phase = UNDOING; held = false; failing = false; tries = 0 }
    od
}

/* The clock, and the world: neither waits for anybody. */
proctype Clock()
{
end:
    do
    :: atomic { !late -> late = true }
    :: atomic { !window && phase == HOLDING -> window = true }
    od
}

proctype World()
{
end:
    do
    :: atomic { world < VERSIONS -> world++ }
    od
}

#ifdef NO_DEADLINE
#define IN_TIME true
#else
#define IN_TIME (!late)
#endif
#ifdef NO_END
#define OVERDUE (late && state == AWAITING_SIGN_OFF)
#else
#define OVERDUE late
#endif
#ifdef NO_HOLD
#define FREE true
#else
#define FREE (!held)
#endif
#ifdef NO_LIMIT
#define LAST_TRY false
#else
#define LAST_TRY (tries == 2)
#endif
#define STARTED (state == RUNNING && phase != HOLDING)
#define WAITING (state == AWAITING_SIGN_OFF || (state == RUNNING && phase == HOLDING))

/* The daemon's own decisions, one transaction each. A crash between two changes nothing: all is in the store. */
proctype Daemon()
{
end:
    do
    :: atomic { !ENDED && WAITING && world != version && AS_SIGNED == false -> restate() }
    :: atomic { !ENDED && WAITING && (world == version || AS_SIGNED) && OVERDUE && MAY_expire -> move_expire() }
    :: atomic { state == AWAITING_SIGN_OFF && !late && ENOUGH && AS_SIGNED ->
           move_approved(); phase = HOLDING; window = false }
    /* A sign-off whose key was revoked is void: back to where sign-offs are asked for, or it stops where it is. */
    :: atomic { state == RUNNING && phase == HOLDING && !(ENOUGH) && AS_SIGNED && MAY_void && !OVERDUE ->
           move_void(); phase = FORWARD; window = false }
    :: atomic { STARTED && !past_pnr && phase == FORWARD && !failing && !(ENOUGH) -> failing = true }
#ifndef ALONE
    :: atomic { WAITING && MAY_clear -> move_clear() } /* the primary is healthy again */
#endif
    :: atomic { state == RUNNING && phase == HOLDING && window && !held && IN_TIME && ENOUGH && AS_SIGNED ->
           S1; S2; S3; S5;
           move_start(); phase = FORWARD }
    /* The steps: one before the point of no return, one behind it; on the way back one. */
    :: atomic { STARTED && !failing && !under_way && FREE && (past_pnr || phase == UNDOING) ->
           S3; move_wave(); under_way = true; tries = 0 }
    :: atomic { STARTED && !failing && !under_way && FREE && !past_pnr && phase == FORWARD ->
           if
           :: ENOUGH && AS_SIGNED -> S1; S3; S5; move_wave(); past_pnr = true; under_way = true; tries = 0
           :: else -> failing = true
           fi }
    :: atomic { STARTED && failing ->
#ifdef NO_TELL
           skip
#else
           move_step_failed()
#endif
       }
    :: atomic { under_way -> /* its outcome */
           if
           :: true -> under_way = false;
              if
              :: state == RUNNING && phase == UNDOING -> move_undone()
              :: state == RUNNING && phase == FORWARD -> move_finish()
              :: else
              fi
           :: true -> under_way = false; failing = true
           :: !(LAST_TRY) -> if :: tries < 2 -> tries++ :: else fi /* no answer: the same again */
           :: LAST_TRY -> under_way = false; failing = true
           fi }
    od
}

init
{
    TELL_ROWS
    atomic {
        run Person(0); run Person(1); run Person(2);
#ifndef ALONE
        run Operator();
#endif
        run Clock(); run World(); run Daemon()
    }
}

#define runs (state == RUNNING && !held)
#define rests (ENDED || state == PAUSED || state == AWAITING_SIGN_OFF || held)
ltl L1 { [] (runs -> <> rests) }
