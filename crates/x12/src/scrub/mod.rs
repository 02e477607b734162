//! Rule programs over claim batches.
