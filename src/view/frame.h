// What stands around every screen: who I am, through whom I look, how old it is, what wants me; and at the
// bottom the keys that work here. Always the same place, always the same order.
#pragma once

#include "view/screen.h"

// What the frame adds up from the picture for its second line.
typedef struct {
    guint critical; // alarms not acknowledged, of severity critical
    guint over;     // of those: that have ended since
    guint alarms;   // all that have not ended
    guint awaiting; // operations that wait for sign-offs
    guint mine;     // of those: that I may sign and have not
    guint again;    // of those: that I had signed; they changed, and I must look again
    guint running;  // operations under way (paused ones too)
    guint paused;
    guint findings;
    gint64 newest_critical_ms; // when the newest of those alarms began
    gint64 newest_mine_ms;     // when the newest of those statements was made
} Attention;

// Counts anew; what stood in it is overwritten.
void attention_count(const Picture *picture, Attention *ret_attention);

// "2 critical", "1 critical and 1 that is over, not acknowledged". The caller frees.
char *attention_critical(const Attention *attention);

// What came since: a new critical alarm, a new statement that waits for me (a changed one is new too).
enum { NEWS_ALARM = 1, NEWS_SIGNOFF = 2 };
guint attention_news(const Attention *before, const Attention *now);

// True if this person gave a sign-off that still counts.
bool operation_signed_by(const Operation *operation, const char *name);
// The approval of what may be signed now by that person that still counts; NULL. (An act: ask with its ballot.)
const SignOff *operation_approval_of(const Operation *operation, const char *name);
// True if it waits for a sign-off that I may give and have not given.
bool operation_wants_me(const Operation *operation, const Picture *picture);

// True while the picture may not be signed on: the stream is older than 15 s or not there.
bool frame_is_stale(const Picture *picture, gint64 local_ms);

// Says instead of a screen why there is no picture yet and what was tried; false, and draws nothing, if there is one
// or nothing has failed so far.
bool frame_draw_trouble(const ViewContext *context, const Canvas *body);

// Draws header and attention lines into the top of `canvas` and returns what is left for the screen.
// `screen` names it; `filter` NULL or the words of a filter in force.
Canvas frame_draw_top(const ViewContext *context, const Canvas *canvas, const Screen *screen,
                      const char *filter);
