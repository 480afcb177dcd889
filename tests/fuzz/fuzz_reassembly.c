/*
 * fuzz_reassembly.c - scripts of segments through the flow table, held against a naive model.
 * The script's form is in flow_model.h.
 */
#include "tests/fuzz/flow_model.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	model_run(data, size);
	return 0;
}
