/** postgresql.conf, and which of its parameters a running server can take over. */
import type { SettingValue } from "./text.ts";

export function postgresqlText(settings: Readonly<Record<string, SettingValue>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name} = ${postgresqlValue(value)}\n`)
    .join("");
}

/** Numbers and booleans as they are; a text in quotes, where a quote is two and a backslash begins an escape. */
function postgresqlValue(value: SettingValue): string {
  if (typeof value === "boolean") return value ? "on" : "off";
  if (typeof value === "number") return String(value);
  const text = typeof value === "string" ? value : value.join(",");
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
}

/** Those that only a start reads: `context` is postmaster in pg_settings, of versions 15 and 17. */
export const startParameters: ReadonlySet<string> = new Set(
  `archive_mode autovacuum_freeze_max_age autovacuum_max_workers autovacuum_multixact_freeze_max_age bonjour
bonjour_name cluster_name commit_timestamp_buffers config_file data_directory data_sync_retry debug_io_direct
dynamic_shared_memory_type event_source external_pid_file hba_file hot_standby huge_page_size huge_pages ident_file
ignore_invalid_pages jit_provider listen_addresses logging_collector max_connections max_files_per_process
max_locks_per_transaction max_logical_replication_workers max_notify_queue_pages max_pred_locks_per_transaction
max_prepared_transactions max_replication_slots max_wal_senders max_worker_processes min_dynamic_shared_memory
multixact_member_buffers multixact_offset_buffers notify_buffers old_snapshot_threshold port recovery_target
recovery_target_action recovery_target_inclusive recovery_target_lsn recovery_target_name recovery_target_time
recovery_target_timeline recovery_target_xid reserved_connections serializable_buffers shared_buffers
shared_memory_type shared_preload_libraries subtransaction_buffers superuser_reserved_connections
trace_connection_negotiation track_activity_query_size track_commit_timestamp transaction_buffers unix_socket_directories unix_socket_group
unix_socket_permissions wal_buffers wal_decode_buffer_size wal_level wal_log_hints`.split(/\s+/),
);

/** What a restart is needed for when it changes; an extension's own parameters may be such. */
export function needsRestart(settings: Readonly<Record<string, SettingValue>>): string[] {
  return Object.entries(settings)
    .filter(([name]) => startParameters.has(name.toLowerCase()) || name.includes("."))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name} = ${postgresqlValue(value)}`);
}
