import { BlockList, isIP } from 'node:net';
import { invalidPattern } from './errors.ts';
import { type OperatorCompiler, onText, textOperand } from './leaf.ts';

/** An IPv4 or IPv6 network; an address of the other family, or text that is no address, does not match. */
export const cidr: OperatorCompiler = (operand, path) => {
  const [address = '', length = '', ...rest] = textOperand('cidr', operand, path).split('/');
  const version = isIP(address);
  const longest = version === 4 ? 32 : 128;
  if (version === 0 || rest.length > 0 || !/^\d{1,3}$/.test(length) || Number(length) > longest) {
    throw invalidPattern(path, 'cidr takes a network such as 10.0.0.0/24 or 2001:db8::/32');
  }
  const family = version === 4 ? 'ipv4' : 'ipv6';
  const network = new BlockList();
  network.addSubnet(address, Number(length), family);
  // `check` would answer false for other text too, but by way of an exception.
  return onText((text) => isIP(text) === version && network.check(text, family));
};
