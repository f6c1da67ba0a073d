// Takes the secrets of a target out of what its appliance sent, before anybody sees it.
//
// Called by Poller.  Thread-safety: as TokenSource.

#pragma once

#include <string>

#include "collectors/poll/poll_update.h"
#include "collectors/poll/schedule_update.h"
#include "collectors/session/token_source.h"

namespace cckm {

// The secrets that the target sent, and tokens that may be anybody's.
void RedactSecretsInText(std::string& text, const TokenSource& token);

// An appliance may send back what it was sent.  From what it cut the decoder took them out before;
// this is for the texts that were short enough.
void RedactSecrets(PollUpdate& update, const TokenSource& token);
void RedactSecrets(ScheduleUpdate& update, const TokenSource& token);

}  // namespace cckm
