// Exceptional acts by keys: asking for a skip, signing it, breaking the glass, closing the review, taking a sign-off
// back; and what is not offered.
#include "play.h"
#include "view/frame.h"

// Skip and abort only ask: what is signed comes back as a statement of its own.
static void test_ask_to_skip(void)
{
    Play play;
    play_init(&play, SCREEN_OPERATION, WORLD_PAUSED, 80, 24, false);
    play_keys(&play, "S");
    play_assert_sees(&play, "Approvers sign that on its own");
    g_assert_cmpint(play_keys(&play, "ctrl-s"), ==, EFFECT_REDRAW); // no reason yet
    play_type(&play, "not needed today");
    g_assert_cmpint(play_keys(&play, "ctrl-s"), ==, EFFECT_COMMAND);
    g_assert_cmpstr(play.effect.verb, ==, "skip");
    g_assert_cmpuint(play.effect.step, ==, 2);
    play_release(&play);
}

// The paused operation with an act that waits for its sign-offs.
static void given_act(Play *play, ScreenId screen, bool break_glass)
{
    play_init(play, SCREEN_OVERVIEW, NULL, 132, 43, false);
    Operation *op = world_operation(play->picture, WORLD_PAUSED);
    Act *act = act_new();
    act->kind = ACT_SKIP;
    act->number = 1;
    act->step = 2;
    act->by = g_strdup("oncall-2");
    act->reason = g_strdup("the target is away");
    act->asked_ms = WORLD_NOW - 5000;
    act->expires_ms = WORLD_NOW + 600000;
    act->digest = g_strdup("ac700000000000000000000000000000000000000000000000000000000000ac");
    act->statement_version = 1;
    act->statement = statement_copy(world_operation(play->picture, WORLD_AWAITING)->statement);
    Statement *s = act->statement;
    s->act = ACT_SKIP;
    s->act_step = 2;
    s->four_eyes = false;
    s->approvals = break_glass ? 2 : 1;
    s->break_glass = break_glass;
    s->loss_known = true;
    s->loss_ms = 0;
    g_free(s->confirm);
    s->confirm = g_strdup("SKIP step 2 of evil");
    g_ptr_array_add(s->not_done, g_strdup("step 2: it may still run there"));
    g_ptr_array_add(op->acts, act);
    play->picture->version++;
    ui_show(play->ui, screen, WORLD_PAUSED);
    play_draw(play);
}

static void type_act(Play *play, const char *phrase)
{
    play_type(play, phrase);
    play_keys(play, "tab");
    play_type(play, "seen it");
    play_wait(play, 4000);
}

static void test_sign_act(void)
{
    Play play;
    given_act(&play, SCREEN_OPERATION, false);
    play_assert_sees(&play, "SKIP step 2 of evil: 0 of 1 signed, asked for by oncall-2");
    play_keys(&play, "S");
    play_assert_sees(&play, "An act waits for its sign-offs already");
    play_release(&play);
    given_act(&play, SCREEN_STATEMENT, false);
    play_assert_sees(&play, "LIVE SKIP");
    play_assert_sees(&play, "it may still run there");
    play_keys(&play, "G enter");
    play_assert_sees(&play, "Type exactly: SKIP step 2 of evil");
    type_act(&play, "skip step 2 of evil");
    g_assert_cmpint(play_keys(&play, "ctrl-s"), ==, EFFECT_SIGN);
    g_assert_cmpstr(play.effect.signoff->operation, ==, WORLD_PAUSED);
    g_assert_true(g_str_has_prefix(play.effect.signoff->digest, "ac7"));
    g_assert_false(play.effect.signoff->break_glass);
    play_release(&play);
}

// Alone: another key, a longer sentence; the plain phrase is not enough any more.
static void test_break_glass(void)
{
    Play play;
    given_act(&play, SCREEN_STATEMENT, true);
    play_keys(&play, "G enter ctrl-g");
    play_assert_sees(&play, "I ALONE BREAK THE GLASS: SKIP step 2 of evil");
    type_act(&play, "SKIP step 2 of evil");
    g_assert_cmpint(play_keys(&play, "ctrl-s"), ==, EFFECT_REDRAW);
    play_keys(&play, "ctrl-g ctrl-g shift-tab");
    play_type(&play, "i alone break the glass: skip step 2 of evil");
    play_wait(&play, 4000);
    play_assert_sees(&play, "BREAKS THE GLASS as oncall-1");
    g_assert_cmpint(play_keys(&play, "ctrl-s"), ==, EFFECT_SIGN);
    g_assert_true(play.effect.signoff->break_glass);
    play_release(&play);
}

// What was signed alone waits on the operation's page until somebody else closes the review.
static void test_review(void)
{
    Play play;
    given_act(&play, SCREEN_OPERATION, true);
    Operation *op = world_operation(play.picture, WORLD_PAUSED);
    SignOff *alone = signoff_new("so-alone");
    alone->operator_name = g_strdup("oncall-1");
    alone->decision = DECISION_APPROVE;
    alone->break_glass = true;
    alone->at_ms = WORLD_NOW;
    g_ptr_array_add(op->signoffs, alone);
    play_draw(&play);
    play_assert_sees(&play, "BREAK-GLASS: oncall-1 alone");
    play_keys(&play, "V");
    play_assert_sees(&play, "somebody else closes the review");
    g_free(alone->operator_name);
    alone->operator_name = g_strdup("oncall-2");
    play_keys(&play, "V");
    play_type(&play, "it was right");
    g_assert_cmpint(play_keys(&play, "ctrl-s"), ==, EFFECT_COMMAND);
    g_assert_cmpstr(play.effect.verb, ==, "review");
    g_assert_cmpstr(play.effect.to, ==, "so-alone");
    play_release(&play);
}

static void test_take_back(void)
{
    Play play;
    play_init(&play, SCREEN_STATEMENT, WORLD_AWAITING, 80, 24, false);
    g_assert_cmpint(play_keys(&play, "K"), ==, EFFECT_REDRAW); // not signed: nothing to take back
    Operation *op = world_operation(play.picture, WORLD_AWAITING);
    SignOff *mine = signoff_new("so-mine");
    mine->operator_name = g_strdup("oncall-1");
    mine->digest = g_strdup(op->digest);
    mine->at_ms = WORLD_NOW;
    g_ptr_array_add(op->signoffs, mine);
    play_keys(&play, "K");
    play_type(&play, "wrong region");
    g_assert_cmpint(play_keys(&play, "ctrl-s"), ==, EFFECT_COMMAND);
    g_assert_cmpstr(play.effect.verb, ==, "take-back");
    g_assert_cmpstr(play.effect.to, ==, "so-mine");
    play_release(&play);
}

// A step by hand that stands for switching off asks how that is known, and for a ticket where the plan wants one.
static void test_confirm(void)
{
    Play play;
    play_init(&play, SCREEN_OPERATION, WORLD_PAUSED, 80, 24, false);
    Step *step = operation_step(world_operation(play.picture, WORLD_PAUSED), 3);
    step->attests = step->needs_ticket = true;
    play_keys(&play, "down C");
    play_assert_sees(&play, "CONFIRM A STEP step 3");
    play_type(&play, "the rack is dark");
    g_assert_cmpint(play_keys(&play, "ctrl-s"), ==, EFFECT_REDRAW);
    play_assert_sees(&play, "confirmed with a ticket");
    play_keys(&play, "tab");
    play_type(&play, "CHG-7");
    play_keys(&play, "tab");
    play_type(&play, "hearsay");
    g_assert_cmpint(play_keys(&play, "ctrl-s"), ==, EFFECT_REDRAW);
    play_assert_sees(&play, "power, network, console or provider");
    for (guint i = 0; i < 7; i++)
        play_keys(&play, "backspace");
    play_type(&play, "power");
    g_assert_cmpint(play_keys(&play, "ctrl-s"), ==, EFFECT_COMMAND);
    g_assert_cmpstr(play.effect.verb, ==, "confirm");
    g_assert_cmpuint(play.effect.step, ==, 3);
    g_assert_cmpstr(play.effect.how, ==, "power");
    g_assert_cmpstr(play.effect.ticket, ==, "CHG-7");
    play_release(&play);
}

static void test_attest(void)
{
    Play play;
    play_init(&play, SCREEN_STATEMENT, WORLD_AWAITING, 80, 24, false);
    play_keys(&play, "M");
    play_assert_sees(&play, "ATTEST THAT THE OLD PRIMARY IS OFF");
    play_type(&play, "the provider says so");
    play_keys(&play, "tab tab");
    play_type(&play, "provider");
    g_assert_cmpint(play_keys(&play, "ctrl-s"), ==, EFFECT_COMMAND);
    g_assert_cmpstr(play.effect.verb, ==, "attest");
    g_assert_cmpstr(play.effect.how, ==, "provider");
    play_release(&play);
}

static void split_settle(Play *play)
{
    WorkloadStatus *workload = picture_get(play->picture, SHELF_WORKLOADS, "payments/settle");
    GroupStatus *group = picture_get(play->picture, SHELF_GROUPS, "payments");
    group->mode = MODE_SPLIT;
    g_free(group->active);
    group->active = g_strdup("westeurope");
    for (guint i = 0; i < 2; i++) {
        InstanceStatus *instance = workload->instances->pdata[i];
        instance->state = INSTANCE_ACTIVE;
        instance->runs = (int)i + 1;
        instance->observed_at_ms = instance->last_run_ms = WORLD_NOW - 2000;
    }
    play->picture->version++;
    play_draw(play);
}

// At 80 columns and less it takes more lines, and says it all.
static void test_split_narrow(void)
{
    Play play;
    play_init(&play, SCREEN_ROLES, NULL, 60, 24, false);
    split_settle(&play);
    play_assert_sees(&play, "North Europe off.");
    play_assert_sees(&play, "1 run in flight");
    play_assert_sees(&play, "runs in flight, last run 2s ago (seen 2s ago)");
    play_assert_sees(&play, "[2] Roles");
    play_release(&play);
    play_init(&play, SCREEN_ROLES, NULL, 40, 10, false);
    split_settle(&play);
    play_assert_sees(&play, "SPLIT BRAIN");
    play_assert_sees(&play, "Europe off.");
    play_assert_sees(&play, "GROUP / WORKLOAD"); // and what the screen is about
    play_release(&play);
}

// Two are active: above everything, on every screen, with what each does, and the key that ends it.
static void test_split(void)
{
    Play play;
    play_init(&play, SCREEN_AUDIT, NULL, 132, 43, false);
    play_assert_sees_not(&play, "SPLIT BRAIN");
    split_settle(&play);
    g_assert_true(
        g_str_has_prefix(play.seen, " SPLIT BRAIN: payments/settle is active in 2 places"));
    play_assert_sees(&play, "West Europe (has the role): active for");
    play_assert_sees(&play, "2 runs in flight");
    play_keys(&play, "Z");
    play_assert_sees(&play, ":passivate payments/settle northeurope");
    play_type(&play, "two of them run");
    g_assert_cmpint(play_keys(&play, "enter"), ==, EFFECT_PASSIVATE);
    g_assert_cmpstr(play.effect.object, ==, "payments/settle");
    g_assert_cmpstr(play.effect.to, ==, "northeurope");
    g_assert_cmpstr(play.effect.text, ==, "two of them run");
    play_release(&play);
}

// What was carried out is not proposed again as it was; and an unarmed console offers no key, not even greyed, that the
// operation's state does not have.
static void test_done(void)
{
    Play play;
    play_init(&play, SCREEN_OPERATION, WORLD_DONE, 80, 24, false);
    play_assert_sees_not(&play, "propose again");
    play.context.armed = false;
    play_keys(&play, "?");
    play_assert_sees_not(&play, "Does what failed again");
    play_keys(&play, "esc");
    play_draw(&play);
    play_assert_sees_not(&play, "confirm step");
    play_assert_sees_not(&play, "close review");
    play_assert_sees(&play, "enter statement");
    play_release(&play);
}

// A group that has failed over is offered another place than the one where it is.
static void test_target(void)
{
    Play play;
    play_init(&play, SCREEN_GROUP, "payments", 80, 24, false);
    GroupStatus *group = (GroupStatus *)picture_get(play.picture, SHELF_GROUPS, "payments");
    g_free(group->active);
    group->active = g_strdup(group->standbys->pdata[0]);
    play_keys(&play, "F");
    play_assert_sees(&play, "To westeurope");
    play_release(&play);
}

// Which region carries the group is never cut, and a message that stays tells a moment, not an age.
static void test_plain_words(void)
{
    Play play;
    play_init(&play, SCREEN_REGION, "westeurope", 80, 24, false);
    GroupStatus *group = (GroupStatus *)picture_get(play.picture, SHELF_GROUPS, "payments");
    g_free(group->active);
    group->active = g_strdup("northeurope");
    group->down_since_ms = 0;
    play_draw(&play);
    play_assert_sees(&play, "now North Europe");
    play_keys(&play, "a");
    play_assert_sees(&play, ", since 20");
    play_release(&play);
}

// On a narrow line, too, only the daemon's own place counts as the affected region, and nothing of it is cut.
static void test_narrow_header(void)
{
    Play play;
    play_init(&play, SCREEN_OVERVIEW, NULL, 40, 10, false);
    play.picture->link.heard_ms = play.context.local_ms - 20000;
    play_draw(&play);
    play_assert_sees(&play, "STALE 20s");
    play_assert_sees_not(&play, "AFFECTED");
    g_free(play.picture->frame.daemon_location);
    play.picture->frame.daemon_location = g_strdup("westeurope");
    play_draw(&play);
    play_assert_sees(&play, " AFFECTED REGION");
    play_release(&play);
}

// What came of an act is said where it was done; what must not be overlooked is said on the next screen, too.
static void test_message_ends(void)
{
    Play play;
    play_init(&play, SCREEN_ROLES, NULL, 80, 24, false);
    ui_say(play.ui, ROLE_OK, play.context.mono_ms, "Accepted and recorded.");
    play_keys(&play, "j");
    play_assert_sees(&play, "Accepted and recorded.");
    play_keys(&play, "5");
    play_assert_sees_not(&play, "Accepted and recorded.");
    ui_say(play.ui, ROLE_ALARM, play.context.mono_ms, "What became of it is not known.");
    play_keys(&play, "1");
    play_assert_sees(&play, "What became of it is not known.");
    play_release(&play);
}

// An alarm that is over and that nobody has acknowledged still wants somebody, but is told apart.
static void test_critical(void)
{
    g_autoptr(Picture) picture = world_new();
    Attention attention;
    attention_count(picture, &attention);
    g_autofree char *now = attention_critical(&attention);
    g_assert_cmpstr(now, ==, "1 critical");
    Alarm *alarm = picture_get(picture, SHELF_ALARMS, "location-down:westeurope");
    alarm->ended_ms = WORLD_NOW;
    attention_count(picture, &attention);
    g_autofree char *over = attention_critical(&attention);
    g_assert_cmpstr(over, ==, "0 critical and 1 that is over, not acknowledged");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/acts/ask-to-skip", test_ask_to_skip);
    g_test_add_func("/acts/sign", test_sign_act);
    g_test_add_func("/acts/break-glass", test_break_glass);
    g_test_add_func("/acts/review", test_review);
    g_test_add_func("/acts/take-back", test_take_back);
    g_test_add_func("/acts/confirm", test_confirm);
    g_test_add_func("/acts/attest", test_attest);
    g_test_add_func("/acts/split", test_split);
    g_test_add_func("/acts/split-narrow", test_split_narrow);
    g_test_add_func("/acts/done", test_done);
    g_test_add_func("/acts/target", test_target);
    g_test_add_func("/acts/narrow-header", test_narrow_header);
    g_test_add_func("/acts/critical", test_critical);
    g_test_add_func("/acts/message-ends", test_message_ends);
    g_test_add_func("/acts/plain-words", test_plain_words);
    return g_test_run();
}
