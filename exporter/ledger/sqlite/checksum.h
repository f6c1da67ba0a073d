// A checksum over the values of a row, which SQLite itself does not keep.  For this library.
//
// Every row with something to lose stores row_checksum(<its other columns>) in its column
// `checksum`, so that a changed byte of a value is noticed when the row is read and when the
// ledger is opened.  It is FNV-1a of 32 bits over the type and bytes of each value: one changed
// byte changes it always, anything else goes unnoticed once in four thousand million.
//
// Thread-safety: as the connection.

#pragma once

#include <sqlite3.h>

namespace cckm {

// Makes row_checksum(...) known to the statements of a connection.  Returns SQLite's result code.
int AddRowChecksum(sqlite3* handle);

}  // namespace cckm
