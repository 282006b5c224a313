/* One single-active workload, two regions, two daemons that both believe they lead, an unreliable network,
 * crashes anywhere, a region's restart, evidence that changes, an abort, and a failback after the failover.
 * What an operation may do next is the daemon's own table (table.pml, printed by table.c).
 *
 * Held in every interleaving:
 *   I1  never two effective actives
 *   I2  the evidence at the point of no return is the evidence that was signed
 *   I3  every accepted transition has exactly one audit record
 *   I4  no command with an epoch that the store has not issued
 *
 * Each protection can be taken away; the search must then find the disaster (a test of the model itself):
 *   NO_EPOCH       regions do not compare a command's epoch with the highest they saw
 *   NO_CAS         the executor's writes do not compare generation, operation and state
 *   NO_WAL         the command is sent before its intent is durable
 *   NO_BOOTID      activations do not name the boot id that was recorded with the intent
 *   NO_BOOTPASS    a restarted region comes back in the role that it had
 *   NO_REEVAL      evidence is checked when it is signed only, not again at the point of no return
 *   TRUST_TIMEOUT  no answer from the old region is taken for proof that it is passive
 *   NO_ATOMAUDIT   the audit record is a second write, after the transition
 * NO_BOOTSYNC (a restarted region does not read the epoch) finds nothing: the boot id covers it.
 */
#include "table.pml"

#define ACTIVE 1
#define PASSIVE 0
#ifndef MAXCRASH
#define MAXCRASH 1
#endif
#ifndef MAXGEN
#define MAXGEN 2
#endif
#ifndef MAXDOWN
#define MAXDOWN 1
#endif
#ifndef NETCAP
#define NETCAP 2
#endif

/* The store: durable, one transaction at a time. state, phase and past_pnr are in table.pml. */
byte epoch = 1;             /* the highest ever issued */
byte gen = 0;               /* who leads */
byte number = 1;            /* 1: the failover, 2: the failback, 3: done */
byte its_epoch = 1;         /* of the operation */
byte evidence = 0;          /* what is the case, as a version */
byte signed_for = 0;        /* the version that the valid sign-off names */
byte owed = 0;             /* transitions without their audit record */
byte its_boot = 0;          /* boot id that the activation's intent names */

/* The regions. */
byte role[2];
byte fence[2];              /* the highest epoch that the region saw */
byte boot[2];
bool up[2];
byte crashes = 0, downs = 0;

chan net = [NETCAP] of { byte, byte, byte, byte }; /* role, region, epoch, boot id */

#define EFFECTIVE(r) (up[r] && role[r] == ACTIVE)
#define ONE_ACTIVE assert(!(EFFECTIVE(0) && EFFECTIVE(1)))
#define FROM (number == 1 -> 0 : 1)
#define TO (number == 1 -> 1 : 0)
#define WHERE (state + 16 * phase + 64 * past_pnr)

#ifdef NO_ATOMAUDIT
#define RECORDED owed++
#define RECORD_LATER if :: owed > 0 -> owed-- CRASH :: owed == 0 fi
#else
#define RECORDED skip
#define RECORD_LATER skip
#endif
#ifdef NO_CAS
#define MINE true
#define MOVE(event, to) state = to
#else
#define MOVE(event, to) move_##event()
#define MINE (gen == my_gen && number == my_number && WHERE == at)
#endif
#ifdef NO_REEVAL
#define AS_SIGNED true
#else
#define AS_SIGNED (signed_for == evidence)
#endif
#ifdef NO_BOOTID
#define THIS_BOOT(o, r, i) true
#else
#define THIS_BOOT(o, r, i) (o == PASSIVE || i == boot[r])
#endif
#ifdef NO_EPOCH
#define NOT_OLD(r, e) true
#else
#define NOT_OLD(r, e) (e >= fence[r])
#endif
#define CRASH :: atomic { crashes < MAXCRASH -> crashes++; goto restart }
#define LOST :: atomic { !(MINE) -> goto lost }

inline deliver(o, r, e, i)
{
    assert(e <= epoch); /* I4 */
    if
    :: up[r] && THIS_BOOT(o, r, i) && NOT_OLD(r, e) ->
       if
       :: e > fence[r] -> fence[r] = e
       :: else
       fi;
       role[r] = o;
       ONE_ACTIVE
    :: else /* refused, or nobody there */
    fi
}

proctype Network()
{
    byte o, r, e, i;
end:
    do
    :: atomic { net?o, r, e, i -> deliver(o, r, e, i) }
    :: atomic { net?o, r, e, i -> skip }
    :: atomic { len(net) > 1 -> net?o, r, e, i; net!o, r, e, i }
    od
}

proctype World()
{
    byte r, read;
end:
    do
    :: atomic { downs < MAXDOWN && up[0] -> up[0] = false; downs++ }
    :: atomic { downs < MAXDOWN && up[1] -> up[1] = false; downs++ }
    :: atomic { !up[0] -> r = 0; goto join }
    :: atomic { !up[1] -> r = 1; goto join }
    :: atomic { evidence < 1 -> evidence++ }
    od;
join:
    read = epoch; /* first the epoch is read … */
    atomic {      /* … then it listens */
#ifndef NO_BOOTPASS
        role[r] = PASSIVE;
#endif
#ifndef NO_BOOTSYNC
        fence[r] = read;
#endif
        boot[r]++;
        up[r] = true;
        ONE_ACTIVE
    }
    goto end
}

proctype People()
{
end:
    do
    :: atomic { MAY_approved ->
           move_approved(); phase = HOLDING; signed_for = evidence }
    :: atomic { state == PAUSED && MAY_retry -> move_retry() }
    :: atomic { number == 1 && phase == FORWARD && MAY_abort ->
           move_abort(); phase = UNDOING;
           epoch++; its_epoch = epoch; its_boot = boot[0] }
    od
}

/* The next operation is proposed. */
inline next_operation()
{
    number++;
    state = AWAITING_SIGN_OFF;
    phase = FORWARD;
    past_pnr = false
}

proctype Executor()
{
    byte my_gen, my_number, at, e, s, d, i;
restart:
    my_gen = 0; my_number = 0; at = 0; e = 0; s = 0; d = 0; i = 0;
claim:
    atomic {
        if
        :: number <= 2 && gen < MAXGEN ->
           gen++; my_gen = gen;
        :: else -> goto gone
        fi
    }
look:
    atomic { /* what the operation is now; a step under way names the boot id of now */
        my_number = number; at = WHERE; e = its_epoch; s = FROM; d = TO;
        if
        :: number <= 2 && gen == my_gen && state == RUNNING && phase != HOLDING && past_pnr ->
           its_boot = boot[d]
        :: number <= 2 && gen == my_gen && state == RUNNING && phase == UNDOING -> its_boot = boot[s]
        :: else
        fi;
        i = its_boot
    }
work:
    do
    CRASH
    LOST
    :: at == RUNNING + 16 * HOLDING ->
#ifdef NO_WAL
       atomic { nfull(net) -> net!PASSIVE, s, epoch + 1, 0 } /* before the intent is durable */
#endif
       if
       :: atomic { MINE && AS_SIGNED -> MOVE(start, RUNNING); phase = FORWARD;
              epoch++; its_epoch = epoch; e = epoch; at = WHERE; RECORDED }
       :: atomic { MINE && !(AS_SIGNED) -> MOVE(void, AWAITING_SIGN_OFF); phase = FORWARD; at = WHERE; RECORDED }
       LOST
       CRASH
       fi;
       RECORD_LATER
    :: at == RUNNING + 16 * FORWARD ->
       if
       :: atomic { nfull(net) -> net!PASSIVE, s, e, 0 }
       :: skip
       CRASH
       fi;
       if
       :: (up[s] && role[s] == PASSIVE && fence[s] >= e) -> skip /* seen passive under this epoch */
       :: (!up[s]) -> skip                                       /* known to be off */
#ifdef TRUST_TIMEOUT
       :: true -> skip
#endif
       :: true -> goto work /* no answer: again */
       LOST
       CRASH
       fi;
       if
       :: atomic { MINE && AS_SIGNED -> MOVE(wave, RUNNING); past_pnr = true; its_boot = boot[d]; i = its_boot;
              at = WHERE; RECORDED;
              assert(signed_for == evidence) /* I2 */ }
       :: atomic { MINE && !(AS_SIGNED) -> MOVE(step_failed, PAUSED); at = WHERE; RECORDED }
       LOST
       CRASH
       fi;
       RECORD_LATER
    :: at == RUNNING + 16 * FORWARD + 64 ->
       if
       :: atomic { nfull(net) -> net!ACTIVE, d, e, i }
       :: skip
       CRASH
       fi;
       if
       :: (up[d] && role[d] == ACTIVE && fence[d] == e) -> skip
       :: true -> goto work
       LOST
       CRASH
       fi;
       if
       :: atomic { MINE -> MOVE(finish, COMPLETED); RECORDED; next_operation(); goto done }
       LOST
       CRASH
       fi
    :: at == RUNNING + 16 * UNDOING ->
       if
       :: atomic { nfull(net) -> net!ACTIVE, s, e, i }
       :: skip
       CRASH
       fi;
       if
       :: (up[s] && role[s] == ACTIVE && fence[s] == e) -> skip
       :: true -> goto work
       LOST
       CRASH
       fi;
       if
       :: atomic { MINE -> MOVE(undone, ABORTED); RECORDED; number = 3; goto done }
       LOST
       CRASH
       fi
    od;
lost:
    if
    :: atomic { gen == my_gen && number <= 2 -> goto look } /* it still leads: somebody else moved it */
    :: atomic { gen != my_gen || number > 2 -> goto claim }
    fi;
done:
    RECORD_LATER;
    goto claim;
gone:
    skip
}

init
{
    TELL_ROWS
    atomic {
        role[0] = ACTIVE; role[1] = PASSIVE;
        fence[0] = 1; fence[1] = 1;
        up[0] = true; up[1] = true;
        run Network(); run World(); run People(); run Executor(); run Executor()
    }
    (_nr_pr == 4); /* both executors are gone */
    assert(owed == 0)  /* I3 */
}
