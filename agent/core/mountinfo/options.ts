import { textOfField } from "./bytes.ts";

/**
 * Comma-separated options. A comma inside a value is either escaped (overlay) or the value stands in double quotes
 * (`context="system_u:object_r:container_file_t:s0:c366,c947"`, security/selinux), and is then not a separator.
 */
export const splitOptions = (field: string): string[] => {
  const parts = field.includes('"') ? field.match(outsideQuotes) : field.split(",");
  return (parts ?? []).filter((part) => part !== "").map(textOfField);
};

const outsideQuotes = /(?:"[^"]*"|[^,])+/g;
