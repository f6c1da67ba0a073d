// A disk for SQLite that fails, or kills the process, at a chosen write.
//
// While it lives it stands before SQLite's ordinary one.  Nothing is forced to the real disk: a
// killed process loses nothing that way, and the tests are quick.
// For tests.  Thread-safety: none.

#pragma once

#include <sqlite3.h>

namespace cckm {

class FaultDisk {
 public:
  enum class Fault { kFailsOnce, kStaysBroken, kKills };

  FaultDisk();
  ~FaultDisk();
  FaultDisk(const FaultDisk&) = delete;
  FaultDisk& operator=(const FaultDisk&) = delete;

  // From now on the `number`th write, sync or cut of a file fails, counted from 1.  A failing or
  // killing write has written its first half.
  void FailAt(int number, Fault fault);
  // From now on what is read is garbage.
  void GarbleReads() { garbles_reads_ = true; }
  void Heal();

  // Whether that operation was reached.
  bool was_reached() const { return left_ <= 0; }

 private:
  struct System : sqlite3_vfs {
    FaultDisk* disk = nullptr;
  };
  struct File;

  static int Open(sqlite3_vfs* system, const char* name, sqlite3_file* file, int flags,
                  int* flags_out);
  static int Delete(sqlite3_vfs* system, const char* name, int also_sync);
  static int Read(sqlite3_file* file, void* data, int size, sqlite3_int64 at);
  static int Write(sqlite3_file* file, const void* data, int size, sqlite3_int64 at);
  static int Truncate(sqlite3_file* file, sqlite3_int64 size);
  static int Sync(sqlite3_file* file, int flags);
  static const sqlite3_io_methods* Methods();

  // Counts an operation; whether it fails.
  bool Fails();
  void DieIfSo() const;

  sqlite3_vfs* const real_;
  System system_;
  int left_ = 0;
  Fault fault_ = Fault::kFailsOnce;
  bool is_armed_ = false;
  bool garbles_reads_ = false;
};

}  // namespace cckm
