import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isPublicAddress } from '../core/fetch/public-address.ts'

describe('An address', () => {
  const inside = [
    ['this host', '0.0.0.0 0.1.2.3 ::'],
    ['loopback', '127.0.0.1 127.255.255.254 ::1'],
    ['private', '10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1'],
    ['shared by a carrier', '100.64.0.1 100.100.100.200 100.127.255.255'],
    ['link-local, metadata', '169.254.169.254 169.254.170.2 fe80::1 fe80::1%eth0 fe80::a9fe:a9fe'],
    ['metadata elsewhere', '168.63.129.16 192.0.0.192 fd00:ec2::254 fd20:ce::254'],
    ['of a site', 'fc00::1 fd12:3456::1 fec0::1'],
    ['mapped', '::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:8.8.8.8 ::ffff:7f00:1 0:0:0:0:0:ffff:a9fe:a9fe'],
    ['translated', '::ffff:0:127.0.0.1 ::127.0.0.1 ::7f00:1'],
    ['NAT64', '64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 64:ff9b::8.8.8.8 64:ff9b:1::a00:1'],
    ['6to4', '2002:7f00:1:: 2002:a9fe:a9fe::1 192.88.99.1'],
    ['Teredo', '2001:0:53aa:64c::1 2001::1'],
    ['of documents and tests', '192.0.2.1 198.51.100.1 203.0.113.1 198.18.0.1 2001:db8::1 3fff::1'],
    ['of nobody', '240.0.0.1 255.255.255.255 4000::1 100::1 5f00::1'],
    ['of many', '224.0.0.1 239.255.255.250 ff02::1'],
    ['no address', 'localhost example.com 1.2.3 0x7f.0.0.1 2130706433'],
  ] as const
  for (const [what, addresses] of inside) {
    for (const address of addresses.split(' ')) {
      test(`is not public: ${what}, ${address}`, () => assert.equal(isPublicAddress(address), false))
    }
  }

  for (const address of [
    '93.184.216.34',
    '8.8.8.8',
    '1.1.1.1',
    '172.32.0.1',
    '100.128.0.1',
    '2606:4700::1111',
    '2a00:1450::1',
  ]) {
    test(`is public: ${address}`, () => assert.equal(isPublicAddress(address), true))
  }
})
