/** A name server on a lab host: arguments are its address and the IPv4 address that it answers with, whatever is asked. */
const { createSocket } = require("node:dgram");

const [, , at, answer] = process.argv;
const socket = createSocket("udp4");

socket.on("message", (query, from) => {
  const end = query.indexOf(0, 12) + 5;
  const isAddress = query.readUInt16BE(end - 4) === 1;
  const header = Buffer.from(query.subarray(0, 12));
  header.writeUInt16BE(0x8180, 2);
  header.writeUInt16BE(isAddress ? 1 : 0, 6);
  header.fill(0, 8);
  // The name by a pointer to the question, type A, class IN, a second to live, four bytes.
  const record = Buffer.from([0xc0, 0x0c, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, ...answer.split(".").map(Number)]);
  socket.send(
    Buffer.concat([header, query.subarray(12, end), ...(isAddress ? [record] : [])]),
    from.port,
    from.address,
  );
});
socket.bind(53, at);
