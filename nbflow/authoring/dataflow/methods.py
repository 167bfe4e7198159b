"""Names of methods, by what is known of them whatever library they are of.

A name in the wrong set costs a wrong result, a name in none costs parallelism.
"""

from __future__ import annotations

MUTATING_METHODS = frozenset(
    "append extend insert pop popitem remove clear sort reverse update setdefault add discard "
    "difference_update "
    "intersection_update symmetric_difference_update appendleft extendleft popleft rotate "
    "move_to_end subtract "
    "fill resize put itemset setflags setfield partition byteswap drop_in_place "
    "insert_column replace_column hstack_mut vstack_mut shrink_to_fit __setitem__ __delitem__ "
    "__setattr__ __iadd__ isetitem fit partial_fit fit_transform fit_predict set_params".split()
)
"""Methods that change data or a container in place; and models, where they are taken for data."""

PURE_METHODS = frozenset(
    "head tail describe info copy mean median std var count nunique unique value_counts keys "
    "values items get "
    "groupby agg corr isna notna isnull notnull astype to_list tolist to_dict to_string round "
    "split strip lower upper startswith endswith format encode decode "
    "predict predict_proba predict_log_proba decision_function score get_params "
    "get_feature_names_out summary "
    "isoformat strftime date time timestamp total_seconds as_posix "
    "sum min max prod any all cumsum cumprod dot argmin argmax flatten ravel reshape transpose "
    "squeeze quantile".split()
)
"""Methods that change nothing, whatever object from a known library they are called on."""

FRESH_DATA_METHODS = frozenset(
    "copy mean median std var sem min max sum prod count nunique unique value_counts describe agg "
    "aggregate corr cov "
    "isna notna isnull notnull isin between duplicated cumsum cumprod cummax cummin diff "
    "pct_change rank "
    "merge join sort_values sort_index drop_duplicates dropna pivot pivot_table melt crosstab "
    "to_dict to_list tolist to_string to_markdown to_html to_csv to_json to_frame_copy idxmax "
    "idxmin argmax argmin "
    "quantile mode skew kurt kurtosis size all any dot cross nlargest nsmallest sample map "
    "applymap apply transform "
    "tobytes tostring to_pydict to_pylist collect strftime group groups groupdict span start "
    "end".split()
)
"""Methods of tables and arrays whose result shares no memory with what they are called on."""

SCALAR_METHODS = frozenset("item isoformat strftime to_string to_markdown to_html".split())
MATCH_METHODS = frozenset("match search fullmatch".split())
LISTING_METHODS = frozenset("split rsplit splitlines partition rpartition".split())
LAZY_METHODS = frozenset(
    "iterrows itertuples iteritems iter_rows iter_slices finditer glob rglob iterdir scandir "
    "chain".split()
)
VIEW_OF_DICT = frozenset("keys values items".split())
PLOT_METHODS = frozenset("plot hist boxplot hvplot".split())
FRAME_METHODS = frozenset("query eval sql execute".split())
"""Methods whose text arguments may name variables of the notebook (`df.query("x > @limit")`)."""

SAVING_PREFIXES = ("to_", "tofile", "save", "write", "dump", "export", "download", "sink_")
LOADING_PREFIXES = ("read_", "load", "open", "scan_", "from_file")

DRAWING_METHODS = frozenset("sample rvs shuffle permutation".split())

MODEL_METHODS = frozenset(
    "transform inverse_transform predict predict_proba predict_log_proba decision_function score "
    "score_samples kneighbors get_params get_feature_names_out get_support".split()
)
"""Methods of fitted models that leave them as they are. What they give shares nothing with the
model, but may be an argument."""

FITTING_METHODS = frozenset("fit_transform fit_predict".split())
"""Methods that fit a model, and give data that the model may go on referring to."""

READING_METHODS = frozenset(
    "read readline readlines read1 getvalue tell fetchone fetchall fetchmany hexdigest digest json "
    "getnames namelist infolist".split()
)
"""Methods of files, connections and the like that give plain data of their own."""

RANDOM_METHODS = frozenset(
    "random integers normal standard_normal uniform choice choices permutation poisson binomial "
    "exponential beta gamma "
    "lognormal multivariate_normal randint rand randn sample gauss randrange betavariate "
    "triangular bytes rvs".split()
)
"""Methods of a generator of random numbers: they change it, and share nothing with it."""

ARGUMENT_METHODS = frozenset("shuffle readinto recv_into copyto".split())
"""Methods that change what they are given."""

PATH_READS = frozenset(
    "exists is_file is_dir stat read_text read_bytes iterdir glob rglob resolve samefile lstat "
    "owner".split()
)
PATH_MOVES = frozenset("rename replace symlink_to hardlink_to".split())
PATH_WRITES = frozenset(
    (
        "write_text write_bytes mkdir rmdir unlink touch rename replace "
        "symlink_to hardlink_to chmod"
    ).split()
)


ENTERING_METHODS = frozenset("__enter__ enter_context".split())
"""Methods that begin what a with-block would end in the same cell: what it sets stays set."""

ARCHIVE_WRITES = frozenset("extract extractall".split())
"""Methods of an open archive that write files; its `add` and `write` read one."""
ARCHIVE_READS = frozenset("add write".split())
WRITING_TO = frozenset("write writelines save backup".split())
"""Methods of objects that write to a file or connection they are given."""


def file_mode(name: str) -> str:
    """R or w if a function or method of this name is likely to read or write a file, else empty."""
    if name.startswith(LOADING_PREFIXES) and name != "loads":
        return "r"
    if name in _NOT_SAVING or not name.startswith(SAVING_PREFIXES):
        return ""
    return "w"


_NOT_SAVING = frozenset(
    (
        "write writelines writerow writerows writeheader to_dict to_numpy to_list to_frame "
        "to_datetime to_numeric to_timedelta to_period to_timestamp to_pandas "
        "to_series to_arrow to_pylist to_pydict to_xarray to_records to_flat_index to_sparse "
        "to_dense to_string "
        "to_pydatetime to_julian_date to_dummies to_physical to_torch to_jax to_struct "
        "to_init_repr to_numpy_array dumps"
    ).split()
)
