//! A page of a check, as its doc comment has it.

use promtune::check::{Meta, Need, Severity, Status};
use promtune::render::Page;

const MEMORY: Meta = Meta {
    title: "Memory request below the memory limit",
    severity: Severity::Warning,
    status: Status::Stable,
    needs: &[Need::Workloads, Need::Query("memory-peak")],
    uses: &[Need::Nodes],
    since: "0.1.0",
};
const DIVISION: Meta = Meta {
    title: "Division by a sum that can be zero | or missing",
    severity: Severity::Info,
    status: Status::Preview,
    needs: &[Need::Rules],
    uses: &[],
    since: "0.2.0",
};

/// The pages that the goldens are made of.
pub(crate) const PAGES: [Page; 2] = [
    Page {
        id: "requests/memory-request-not-limit",
        meta: &MEMORY,
        docs: "\
## What it finds
Containers whose memory request is lower than their memory limit, **after** defaults of the API server and of a
LimitRange.

## Why it hurts
Memory cannot be taken back. When a node runs short, the kubelet evicts pods that use more than they request first
([node-pressure eviction](https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/)).

## How we decide
- `peak` is the highest working set of any replica in the window.
- *Critical* when a pod was killed for memory and `peak` is above the request:
  1. an OOM kill in the window, and
  2. `peak > request`.

| Peak | Severity |
|---|---|
| below the request | info |
| above the request | warning |

## When it is wrong
Batch jobs that may be killed and run again.

## Fix and its risk
Sets the request to the limit. The scheduler needs room for it: pods may stay pending on a full cluster.

## Example
```yaml,fires
resources:
  requests: {memory: 128Mi}
  limits:   {memory: 512Mi}
```

## Options
None.

## References
- <https://kubernetes.io/docs/tasks/configure-pod-container/assign-memory-resource/> (checked 2026-02-01)
",
    },
    Page {
        id: "promql/division-by-zero",
        meta: &DIVISION,
        docs: "## What it finds\nA ratio that is NaN without traffic.\n",
    },
];
