/** Addresses that never leave a machine. By itself: what only lists ports need not load what reads addresses. */

/** Whether only this very machine gets to an address of its own. null: all of its addresses. */
export const isLoopback = (address: string | null): boolean =>
  address !== null && (address.startsWith("127.") || address === "::1");
