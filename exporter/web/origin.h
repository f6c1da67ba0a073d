// Whether a browser was told by a page of somebody else to ask.
//
// Source: RFC 6454 section 7; W3C, "Fetch Metadata Request Headers", section 2.4.  A client that is
// no browser sends neither header.  Thread-safety: pure functions.

#pragma once

#include "exporter/web/server/web_request.h"

namespace cckm {

// True where `Origin` names another host or port than the client asked, or `Sec-Fetch-Site` says
// anything but `same-origin` and `none`.  The scheme does not matter: something in front of this
// server may speak TLS for it.
bool IsOfAnotherOrigin(const WebRequest& request);

}  // namespace cckm
