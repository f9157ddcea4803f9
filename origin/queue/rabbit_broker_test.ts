import { assertEquals, assertFalse, assertThrows } from "@std/assert";
import { readBrokerUrl } from "./rabbit_broker.ts";

Deno.test("readBrokerUrl() reads every part", () => {
  assertEquals(readBrokerUrl(new URL("amqps://sh%C3%B6p:p%40ss%2Fw@[::1]:7000/my%2Fhost")), {
    protocol: "amqps",
    hostname: "::1",
    port: 7000,
    username: "shöp",
    password: "p@ss/w",
    vhost: "my%2Fhost",
    label: "amqps://::1:7000/my%2Fhost",
  });
});

Deno.test("readBrokerUrl() fills in what is missing", () => {
  for (const url of ["amqp://mq", "amqp://mq/"]) {
    const { port, username, password, vhost } = readBrokerUrl(new URL(url));
    assertEquals([port, username, password, vhost], [5672, "guest", "guest", "%2F"]);
  }
  assertEquals(readBrokerUrl(new URL("amqps://mq")).port, 5671);
});

Deno.test("readBrokerUrl() refuses another scheme without showing the password", () => {
  const error = assertThrows(() => readBrokerUrl(new URL("http://u:topsecret@mq")), TypeError);
  assertFalse(error.message.includes("topsecret"));
});
