/** The version of the specification that this runtime follows, as `spec`, `state` and `features` name it. */
export const OCI_VERSION = '1.3.0';
