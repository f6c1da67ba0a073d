#include "tests/unit/exporter/ledger/sqlite/sqlite_fault_disk.h"

#include <csignal>
#include <cstddef>
#include <cstring>

namespace cckm {

// SQLite gives room for this and the real file behind it.
struct FaultDisk::File : sqlite3_file {
  FaultDisk* disk;
};

namespace {

constexpr std::size_t kOwnSize = 2 * sizeof(void*);

sqlite3_file* Real(sqlite3_file* file) {
  void* const begin = file;
  return static_cast<sqlite3_file*>(static_cast<void*>(static_cast<char*>(begin) + kOwnSize));
}

int Close(sqlite3_file* file) { return Real(file)->pMethods->xClose(Real(file)); }
int FileSize(sqlite3_file* file, sqlite3_int64* size) {
  return Real(file)->pMethods->xFileSize(Real(file), size);
}
int Lock(sqlite3_file* file, int level) { return Real(file)->pMethods->xLock(Real(file), level); }
int Unlock(sqlite3_file* file, int level) {
  return Real(file)->pMethods->xUnlock(Real(file), level);
}
int CheckReservedLock(sqlite3_file* file, int* is_reserved) {
  return Real(file)->pMethods->xCheckReservedLock(Real(file), is_reserved);
}
int FileControl(sqlite3_file* file, int operation, void* argument) {
  return Real(file)->pMethods->xFileControl(Real(file), operation, argument);
}
int SectorSize(sqlite3_file* file) { return Real(file)->pMethods->xSectorSize(Real(file)); }
int DeviceCharacteristics(sqlite3_file* file) {
  return Real(file)->pMethods->xDeviceCharacteristics(Real(file));
}

}  // namespace

// Version 1: without shared memory and memory maps, which the ledger does not use.
const sqlite3_io_methods* FaultDisk::Methods() {
  static const sqlite3_io_methods methods = [] {
    sqlite3_io_methods made{};
    made.iVersion = 1;
    made.xClose = &cckm::Close;
    made.xRead = &FaultDisk::Read;
    made.xWrite = &FaultDisk::Write;
    made.xTruncate = &FaultDisk::Truncate;
    made.xSync = &FaultDisk::Sync;
    made.xFileSize = &FileSize;
    made.xLock = &Lock;
    made.xUnlock = &Unlock;
    made.xCheckReservedLock = &CheckReservedLock;
    made.xFileControl = &FileControl;
    made.xSectorSize = &SectorSize;
    made.xDeviceCharacteristics = &DeviceCharacteristics;
    return made;
  }();
  return &methods;
}

FaultDisk::FaultDisk() : real_(sqlite3_vfs_find(nullptr)) {
  static_assert(sizeof(File) == kOwnSize);
  static_cast<sqlite3_vfs&>(system_) = *real_;
  system_.pNext = nullptr;
  system_.zName = "fault-disk";
  system_.szOsFile = static_cast<int>(kOwnSize) + real_->szOsFile;
  system_.xOpen = &FaultDisk::Open;
  system_.xDelete = &FaultDisk::Delete;
  system_.disk = this;
  sqlite3_vfs_register(&system_, 1);
}

FaultDisk::~FaultDisk() {
  sqlite3_vfs_unregister(&system_);
  sqlite3_vfs_register(real_, 1);
}

void FaultDisk::FailAt(int number, Fault fault) {
  left_ = number;
  fault_ = fault;
  is_armed_ = true;
}

void FaultDisk::Heal() {
  is_armed_ = false;
  garbles_reads_ = false;
}

bool FaultDisk::Fails() {
  if (!is_armed_) return false;
  --left_;
  return left_ == 0 || (left_ < 0 && fault_ == Fault::kStaysBroken);
}

void FaultDisk::DieIfSo() const {
  if (fault_ == Fault::kKills) (void)std::raise(SIGKILL);
}

int FaultDisk::Open(sqlite3_vfs* system, const char* name, sqlite3_file* file, int flags,
                    int* flags_out) {
  auto* const opened = static_cast<File*>(file);
  opened->pMethods = nullptr;
  opened->disk = static_cast<System*>(system)->disk;
  const int code =
      opened->disk->real_->xOpen(opened->disk->real_, name, Real(file), flags, flags_out);
  if (Real(file)->pMethods != nullptr) opened->pMethods = Methods();
  return code;
}

int FaultDisk::Delete(sqlite3_vfs* system, const char* name, int /*also_sync*/) {
  sqlite3_vfs* const real = static_cast<System*>(system)->disk->real_;
  return real->xDelete(real, name, 0);
}

int FaultDisk::Read(sqlite3_file* file, void* data, int size, sqlite3_int64 at) {
  const int code = Real(file)->pMethods->xRead(Real(file), data, size, at);
  if (static_cast<File*>(file)->disk->garbles_reads_) {
    std::memset(data, 0xA5, static_cast<std::size_t>(size));
  }
  return code;
}

int FaultDisk::Write(sqlite3_file* file, const void* data, int size, sqlite3_int64 at) {
  FaultDisk& disk = *static_cast<File*>(file)->disk;
  if (!disk.Fails()) return Real(file)->pMethods->xWrite(Real(file), data, size, at);
  Real(file)->pMethods->xWrite(Real(file), data, size / 2, at);
  disk.DieIfSo();
  return SQLITE_FULL;
}

int FaultDisk::Truncate(sqlite3_file* file, sqlite3_int64 size) {
  FaultDisk& disk = *static_cast<File*>(file)->disk;
  if (!disk.Fails()) return Real(file)->pMethods->xTruncate(Real(file), size);
  disk.DieIfSo();
  return SQLITE_IOERR_TRUNCATE;
}

int FaultDisk::Sync(sqlite3_file* file, int /*flags*/) {
  FaultDisk& disk = *static_cast<File*>(file)->disk;
  if (!disk.Fails()) return SQLITE_OK;
  disk.DieIfSo();
  return SQLITE_IOERR_FSYNC;
}

}  // namespace cckm
